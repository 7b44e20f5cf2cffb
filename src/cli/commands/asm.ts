/** `ringlab asm`: nasm's language to a flat binary. */
import { writeFileSync } from "node:fs";
import type { Assembly } from "../../machine/isa/index.ts";
import { assembleFile, readSource } from "../assemble.ts";
import { UserError } from "../errors.ts";
import type { Register } from "../register.ts";

interface Options {
  out?: string;
  list?: boolean;
  define: string[];
  include: string[];
}

const collect = (value: string, all: string[]) => [...all, value];

export const register: Register = (program) => {
  program
    .command("asm")
    .description("assemble a program (nasm's language) to a flat binary")
    .argument("<file>", "the source")
    .option("-o, --out <file>", "where to write the bytes")
    .option("--list", "print addresses, bytes and source lines")
    .option("-D, --define <name=value>", "as a %define before the first line; repeatable", collect, [])
    .option("-I, --include <folder>", "look here, too, for what %include names; repeatable", collect, [])
    .action(asm);
};

async function asm(file: string, options: Options): Promise<void> {
  if (!options.out && !options.list)
    throw new UserError("say where to write with -o OUT, or print with --list");
  const assembly = await assembleFile(file, {
    defines: Object.fromEntries(options.define.map(definition)),
    folders: options.include,
  });
  if (options.out) write(options.out, assembly.bytes);
  if (options.list) process.stdout.write(listing(assembly));
}

function definition(text: string): [string, string] {
  const [name, ...value] = text.split("=");
  if (!/^[A-Za-z_.?@][\w.?@$#~]*$/.test(name!))
    throw new UserError(`--define takes NAME or NAME=VALUE, got "${text}"`);
  return [name!, value.length > 0 ? value.join("=") : "1"];
}

function write(file: string, bytes: Uint8Array): void {
  try {
    writeFileSync(file, bytes);
  } catch (error) {
    throw new UserError(`${file} cannot be written: ${(error as Error).message}`);
  }
}

const SHOWN = 8;

/** "00007c00  b8 00 b8           boot.asm:12  mov ax, 0xb800". */
function listing({ bytes, origin, lines }: Assembly): string {
  const texts = new Map<string, string[]>();
  return lines
    .map(({ address, file, line, length }) => {
      if (!texts.has(file)) texts.set(file, readSource(file).split(/\r?\n/));
      const code = bytes.subarray(address - origin, address - origin + Math.min(length, SHOWN));
      const hex = [...code].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
      const more = length > SHOWN ? ` … ${length}` : "";
      const where = `${file}:${line}`;
      return `${address.toString(16).padStart(8, "0")}  ${(hex + more).padEnd(30)}  ${where}  ${texts.get(file)![line - 1]!.trim()}\n`;
    })
    .join("");
}
