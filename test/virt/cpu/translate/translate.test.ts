import { describe, expect, test } from "vitest";
import { assemble } from "../../../../src/machine/isa/asm/assemble.ts";
import { disassemble } from "../../../../src/machine/isa/disassemble.ts";
import type { Context } from "../../../../src/virt/cpu/translate/classify.ts";
import { type TranslateOptions, translateBlock } from "../../../../src/virt/cpu/translate/translate.ts";
import { placeAt, type Translation } from "../../../../src/virt/cpu/translate/translation.ts";

const ORIGIN = 0x1000;
const FLAT: Context = { base: 0, limit: 0xffffffff, cpl: 0, stack32: true };

/** Translates the unit at ORIGIN; bytes past the program cannot be fetched. */
function translate(source: string, context: Partial<Context> = {}, options: TranslateOptions = {}) {
  const { bytes } = assemble(`bits 32\norg ${ORIGIN}\n${source}`);
  const fetch = (ip: number) => bytes[ip - ORIGIN] ?? -1;
  return translateBlock(fetch, ORIGIN, { ...FLAT, ...context }, options);
}

const listing = ({ bytes }: Translation) =>
  disassemble(bytes, { bits: 32, origin: 0 }).map(({ text }) => text);

describe("what stays", () => {
  test("innocuous instructions, byte for byte", () => {
    const source =
      "add eax, [ebx+4]\nmov byte [es:edi], 7\nrep movsd\nfld1\nlock inc dword [esp]\npush eax\n";
    const translation = translate(source);
    const { bytes } = assemble(`bits 32\n${source}`);
    expect([...translation.bytes.slice(0, bytes.length)]).toEqual([...bytes]);
    expect(translation.exits).toEqual([
      { offset: bytes.length, target: ORIGIN + bytes.length, jcc: undefined },
    ]);
    expect(translation.places.map(({ ip }) => ip - ORIGIN)).toEqual(
      translation.places.map(({ offset }) => offset),
    );
  });

  test("no more than twelve at a time, or what was asked for", () => {
    expect(translate("nop\n".repeat(30)).instructions).toBe(12);
    expect(translate("nop\n".repeat(30), {}, { most: 3 }).instructions).toBe(3);
  });

  test("nothing that cannot be fetched: the unit ends before it", () => {
    expect(translate("nop\ndb 0xb8, 1, 2").instructions).toBe(1);
    expect(translate("db 0xb8").instructions).toBe(0);
  });

  test("nothing past the limit of CS", () => {
    expect(translate("nop\nmov eax, 1\nnop", { limit: ORIGIN + 4 }).instructions).toBe(1);
    expect(translate("nop\nmov eax, 1\nnop", { limit: ORIGIN + 5 }).instructions).toBe(2);
  });
});

describe("what changes", () => {
  test("a call pushes the guest's return address", () => {
    const translation = translate("call 0x5000");
    expect(listing(translation)).toEqual(["push 0x1005", "int 0x20", "nop", "nop", "nop"]);
    expect(translation.exits.map(({ target }) => target)).toEqual([0x5000]);
  });

  test("a conditional branch has two ways out, and its own rel32 for the second", () => {
    const { bytes, exits } = translate("jz short 0x1010");
    expect([...bytes.slice(0, 2)]).toEqual([0x0f, 0x84]);
    expect(exits).toEqual([
      { offset: 6, target: 0x1002, jcc: undefined },
      { offset: 11, target: 0x1010, jcc: 2 },
    ]);
  });

  test.each([
    ["loop 0x1000", 0xe2],
    ["loope 0x1000", 0xe1],
    ["loopne 0x1000", 0xe0],
    ["jecxz 0x1000", 0xe3],
  ])("%s keeps its opcode", (source, opcode) => {
    const { bytes, exits } = translate(source);
    expect([...bytes.slice(0, 2)]).toEqual([opcode, 5]);
    expect(exits.map(({ target }) => target)).toEqual([0x1002, 0x1000]);
  });

  test.each([
    "cli",
    "sti\nnop",
    "pushfd",
    "popfd",
    "ret",
    "ret 8",
    "call eax",
    "jmp [ebx*4+0x2000]",
    "push ds",
    "mov eax, ss",
  ])("%s has a sequence of its own that touches no arithmetic flag", (source) => {
    const lines = listing(translate(source));
    // POPFD and PUSHFD are themselves; everything else must leave the flags alone.
    const allowed = /^(mov|movzx|lea|jecxz|jmp|push|pushfd|popfd|int|nop)\b/;
    expect(lines.filter((line) => !allowed.test(line))).toEqual([]);
    expect(lines.length).toBeGreaterThan(source.split("\n").length);
  });

  test.each([
    "hlt",
    "in al, dx",
    "out 0x80, al",
    "mov cr3, eax",
    "mov eax, cr0",
    "lgdt [eax]",
    "sgdt [eax]",
    "sidt [eax]",
    "smsw ax",
    "str ax",
    "sldt ax",
    "lar eax, ecx",
    "lsl eax, ecx",
    "verr ax",
    "iretd",
    "int 0x80",
    "int3",
    "into",
    "retf",
    "call 8:0x2000",
    "jmp far [eax]",
    "mov ds, ax",
    "pop es",
    "lds eax, [ebx]",
    "clts",
    "invlpg [eax]",
    "wrmsr",
    "rdtsc",
    "cpuid",
    "ud2",
    "mov eax, [gs:4]",
    "mov eax, [cs:4]",
    "mov [ebx], ds",
    "insb",
    "outsb",
    "sysenter",
    "sysexit",
    "db 0x0f, 4",
    "pushfw",
    "popfw",
    "o16 ret",
  ])("%s is left to the monitor", (source) => {
    const translation = translate(`${source}\nnop`);
    expect(listing(translation)).toEqual(["int 0x21"]);
    expect(translation.instructions).toBe(1);
  });

  test("MOV SS and STI before what is no plain instruction take the next one with them", () => {
    for (const source of ["mov ss, ax\nnop", "pop ss\nnop", "sti\nhlt", "sti\nret"])
      expect(listing(translate(source))).toEqual(["int 0x24"]);
  });

  test("in rings 1 and 2 flags are the monitor's business", () => {
    for (const source of ["cli", "pushfd", "popfd"])
      expect(listing(translate(`${source}\nnop`, { cpl: 1 }))).toEqual(["int 0x21"]);
  });

  test("with a 16-bit stack what reads SS:ESP itself is as well", () => {
    for (const source of ["ret", "pushfd", "popfd"])
      expect(listing(translate(source, { stack32: false }))).toEqual(["int 0x21"]);
  });

  test("a branch past the limit of CS faults as the branch", () => {
    expect(listing(translate("jmp 0x9000", { limit: 0x1fff }))).toEqual(["int 0x21"]);
  });

  test("an instruction that faulted often can be a call-out", () => {
    const translation = translate("nop\nmov [ebx], eax\nnop", {}, { callouts: new Set([ORIGIN + 1]) });
    expect(listing(translation)).toEqual(["nop", "int 0x21"]);
  });

  test("code that checks itself ends after what may write", () => {
    const translation = translate("mov eax, 1\nmov [ebx], eax\nnop", {}, { checks: true });
    expect(translation.instructions).toBe(2);
    expect(listing(translation)).toContain("int 0x25");
    const compared = listing(translation).filter((line) => /\[cs:/.test(line));
    expect(compared).toHaveLength(2);
  });
});

test("every place leads to an instruction of the guest's, or to the one after the unit", () => {
  const translation = translate("pushfd\npopfd\nsti\nadd eax, 1\ncli\ncall [ebx]");
  const { bytes } = assemble(`bits 32\norg ${ORIGIN}\npushfd\npopfd\nsti\nadd eax, 1\ncli\ncall [ebx]`);
  const starts = new Set(disassemble(bytes, { bits: 32, origin: ORIGIN }).map(({ address }) => address));
  expect(translation.places[0]?.offset).toBe(0);
  for (const [i, { offset, ip }] of translation.places.entries()) {
    expect(starts).toContain(ip);
    expect(offset).toBeGreaterThanOrEqual(translation.places[i - 1]?.offset ?? 0);
  }
  for (let offset = 0; offset < translation.bytes.length; offset++)
    expect(placeAt(translation.places, offset).offset).toBeLessThanOrEqual(offset);
});
