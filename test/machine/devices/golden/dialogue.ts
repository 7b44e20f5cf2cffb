/**
 * Dialogues with devices, a line an exchange, so that QEMU's answers and ours can be compared. Numbers are hexadecimal:
 *
 *     out 21 fe     in 21 = fe     write fec00000 10     read fec00010 = 10000     irq 4 1
 */

export type Line =
  | { readonly op: "out" | "write" | "irq"; readonly at: number; readonly value: number }
  | { readonly op: "in" | "read"; readonly at: number; readonly answer?: number };

export interface Dialogue {
  readonly device: "pic" | "pit" | "rtc" | "uart" | "ioapic";
  readonly lines: readonly Line[];
}

export const out = (at: number, value: number): Line => ({ op: "out", at, value });
export const in_ = (at: number): Line => ({ op: "in", at });
export const write = (at: number, value: number): Line => ({ op: "write", at, value });
export const read = (at: number): Line => ({ op: "read", at });
export const irq = (at: number, value: number): Line => ({ op: "irq", at, value });

export function print(line: Line): string {
  const at = line.at.toString(16);
  if ("value" in line) return `${line.op} ${at} ${line.value.toString(16)}`;
  return line.answer === undefined ? `${line.op} ${at}` : `${line.op} ${at} = ${line.answer.toString(16)}`;
}

export function parse(text: string): Line {
  const [op, at, ...rest] = text.split(" ");
  const value = Number.parseInt(rest.at(-1) as string, 16);
  if (op === "in" || op === "read") return { op, at: Number.parseInt(at as string, 16), answer: value };
  return { op: op as "out", at: Number.parseInt(at as string, 16), value };
}
