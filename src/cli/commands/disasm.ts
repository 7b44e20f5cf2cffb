/** `ringlab disasm`: a flat binary as assembly. */
import { readFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { UserError } from "../errors.ts";

interface Options {
  bits: "16" | "32" | "64";
  origin: string;
  skip: string;
}

export function register(program: Command): void {
  program
    .command("disasm")
    .description("disassemble a flat binary")
    .argument("<file>", "the bytes")
    .addOption(new Option("--bits <n>", "code size").choices(["16", "32", "64"]).default("32"))
    .option("--origin <address>", "address of the first byte", "0")
    .option("--skip <bytes>", "leave out so many bytes at the beginning", "0")
    .action(disasm);
}

async function disasm(file: string, options: Options): Promise<void> {
  const skip = number("--skip", options.skip);
  const origin = number("--origin", options.origin) + skip;
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${(error as Error).message}`);
  }
  if (skip > bytes.length)
    throw new UserError(`${file} has only ${bytes.length} bytes: nothing is left after ${skip}`);
  const { disassemble } = await import("../../machine/isa/index.ts");
  const lines = disassemble(bytes.subarray(skip), { bits: Number(options.bits) as 16 | 32 | 64, origin });
  let text = "";
  for (const line of lines) {
    const hex = [...line.bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    text += `${line.address.toString(16).padStart(8, "0")}  ${hex.padEnd(30)}  ${line.text}\n`;
  }
  process.stdout.write(text);
}

function number(option: string, text: string): number {
  const value = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value))
    throw new UserError(`${option} takes a number such as 512 or 0x7c00, got "${text}"`);
  return value;
}
