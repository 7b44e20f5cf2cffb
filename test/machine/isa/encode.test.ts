/** Encodings: ours against nasm's over every row of the table, and back through the disassembler. */
import { describe, expect, test } from "vitest";
import {
  AssemblerError,
  assemble,
  decode,
  disassemble,
  format,
  Instruction,
  TOO_LONG,
  UNDEFINED,
} from "../../../src/machine/isa/index.ts";
import { lacks } from "../../support/needs.ts";
import type { Bits } from "./forms.ts";
import { randomCode } from "./random-code.ts";
import { encodingsNow, record } from "./record.ts";
import { recorded, serialize } from "./recorded.ts";

if (process.env.RINGLAB_RECORD) record();
const encodings = recorded();
const ROUNDS = Number(process.env.RINGLAB_ISA_CASES ?? 3000);
const SIZES = [16, 32, 64] as const;

/** Forms that nasm has not and we have, since the processor has them. */
const ONLY_OURS =
  /^(mov[sz]x [a-z0-9]+, ([a-z]{2}|r\d+w|word .*)|movsxd .*|bswap .*|j[a-z]+ d?word .*|skinit|fnsetpm|fstpnce .*|pmovmskb r.*|pextrw r\w+, mm.*)$/;
/** nasm gives it a REX.W that it does not need. */
const LONGER_IN_NASM = /^invpcid r/;

/** The bytes of each line in hex, all lines in one program. */
function assembleAll(bits: Bits, lines: readonly string[]): string[] {
  const { bytes, lines: map } = assemble([`bits ${bits}`, ...lines].join("\n"));
  const hex: string[] = new Array(lines.length).fill("");
  for (const { address, line, length } of map)
    hex[line - 2] = Buffer.from(bytes.subarray(address, address + length)).toString("hex");
  return hex;
}

describe.each(SIZES)("%i-bit code", (bits) => {
  const lines = encodings.filter((encoding) => encoding.bits === bits);
  const ours = assembleAll(
    bits,
    lines.map(({ text }) => text),
  );

  test("the assembler gives nasm's bytes", () => {
    const wrong = lines.flatMap(({ text, hex }, i) => {
      const expected =
        hex === undefined ? ONLY_OURS.test(text) : hex === ours[i] || LONGER_IN_NASM.test(text);
      return expected ? [] : [`${text}: ${ours[i]}, nasm ${hex ?? "rejects it"}`];
    });
    expect(wrong).toEqual([]);
    expect(lines.length).toBeGreaterThan(5000);
  });

  test("the disassembler's text assembles to the same bytes", () => {
    const texts = ours.map((hex) => disassemble(Buffer.from(hex, "hex"), { bits, origin: 0x100 }));
    expect(texts.filter((all) => all.length !== 1)).toEqual([]);
    const wrong = texts.flatMap(([line], i) => {
      const again = Buffer.from(assembled(line!.text, bits)).toString("hex");
      return again === ours[i] ? [] : [`${lines[i]!.text}: ${ours[i]} is "${line!.text}", which is ${again}`];
    });
    expect(wrong).toEqual([]);
  });

  test("what decodes from random bytes reads the same after another round", () => {
    const code = randomCode(bits, 11 + bits);
    const wrong: string[] = [];
    for (let i = 0; i < ROUNDS; i++) {
      const bytes = code.next().value;
      const text = textOf(bytes, bits);
      if (text === undefined || OTHER_BYTES.test(text) || isAtEdge(text)) continue;
      const again = textOf(assembled(text, bits), bits);
      if (again !== text) wrong.push(`${Buffer.from(bytes).toString("hex")}: ${text}, then ${again}`);
    }
    expect(wrong).toEqual([]);
  });
});

/** 87 C0 is another NOP, and the REX.W that nasm leaves away is another register's name. */
const OTHER_BYTES = /^(xchg (ax, ax|eax, eax|rax, rax)|mov r\w+, [c-gs]s|sldt r\w+)$/;

/** Without its needless prefixes a jump may change from short to near. */
function isAtEdge(text: string): boolean {
  const target = /^(?:\w+ )?(?:j|loop)\w* (?:short |near )?(0x[0-9a-f]+)$/.exec(text)?.[1];
  const distance = target === undefined ? 0 : Number(target) - 0x100;
  return Math.abs(Math.abs(distance) - 128) < 40;
}

function assembled(text: string, bits: Bits): Uint8Array {
  try {
    return assemble(`bits ${bits}\norg 0x100\n${text}`).bytes;
  } catch (error) {
    if (error instanceof AssemblerError) throw new Error(`"${text}": ${error.problems[0]!.message}`);
    throw error;
  }
}

function textOf(bytes: Uint8Array, bits: Bits): string | undefined {
  const op = new Instruction();
  let at = 0;
  decode(() => bytes[at++] ?? 0, bits, op);
  return op.row === UNDEFINED || op.row === TOO_LONG ? undefined : format(op, { address: 0x100 });
}

describe.skipIf(lacks("nasm", import.meta.url))("nasm", () => {
  test("still gives what is recorded, for every row of today's table (else RINGLAB_RECORD=1 records anew)", () => {
    expect(serialize(encodingsNow()) === serialize(encodings)).toBe(true);
  });
});
