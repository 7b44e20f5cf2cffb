/**
 * Dialogues with a whole board over its ports, a line an exchange, so that QEMU's answers and ours can be compared. Numbers
 * are hexadecimal, sizes are b, w, l:
 *
 *     outb 1f6 e0    inb 1f7 = 50    ready 1f7 (until BSY is clear)    insw 1f0 100 = <sum>    outsw 1f0 100 5 (a pattern)
 *     skipw 1f0 100 (reads that may differ)    writel 1000 5    readl 1000 = 5
 */

export interface Ports {
  in(port: number, size: number): number | Promise<number>;
  out(port: number, value: number, size: number): void | Promise<void>;
  read(address: number): number | Promise<number>;
  write(address: number, value: number): void | Promise<void>;
  /** Lets time go on until the byte at the port has bit 7 clear. */
  ready(port: number): void | Promise<void>;
}

const SIZES: Record<string, number> = { b: 1, w: 2, l: 4 };

/** A pattern of words that a number decides. */
const word = (seed: number, index: number) => (Math.imul(seed + 1, 0x9e3779b1) + index * 0x3c6f) & 0xffff;

/** Says a line, which may end with an old answer, and returns it with the new one. */
export async function say(ports: Ports, line: string): Promise<string> {
  const question = line.replace(/ = .*/, "");
  const [verb, ...rest] = question.split(" ") as [string, ...string[]];
  const [at, value, seed] = rest.map((text) => Number.parseInt(text, 16)) as [number, number, number];
  const size = SIZES[verb.at(-1) as string] as number;
  const answer = (number: number) => `${question} = ${number.toString(16)}`;
  if (verb === "ready") await ports.ready(at);
  else if (verb === "skipw") for (let i = 0; i < value; i++) await ports.in(at, 2);
  else if (verb.startsWith("outs")) for (let i = 0; i < value; i++) await ports.out(at, word(seed, i), 2);
  else if (verb.startsWith("out")) await ports.out(at, value, size);
  else if (verb.startsWith("write")) await ports.write(at, value);
  else if (verb.startsWith("read")) return answer(await ports.read(at));
  else if (verb.startsWith("ins")) {
    let sum = 0;
    for (let i = 0; i < value; i++) sum = (Math.imul(sum, 31) + (await ports.in(at, 2))) >>> 0;
    return answer(sum);
  } else return answer(await ports.in(at, size));
  return question;
}
