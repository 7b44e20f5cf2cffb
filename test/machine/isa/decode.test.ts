/** Decoding where the prefixes and the limits of an instruction matter (SDM Vol. 2, chapter 2). */
import { describe, expect, test } from "vitest";
import {
  decode,
  FS,
  Instruction,
  NONE,
  RIP,
  registerIndex,
  SS,
  TOO_LONG,
  UNDEFINED,
} from "../../../src/machine/isa/index.ts";

function decoded(hex: string, bits: 16 | 32 | 64 = 32): Instruction {
  const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
  const op = new Instruction();
  let at = 0;
  decode(() => bytes[at++] ?? 0x90, bits, op);
  return op;
}
const name = (hex: string, bits: 16 | 32 | 64 = 32) => decoded(hex, bits).row.mnemonic;

describe("prefixes", () => {
  test("the last segment override wins", () => expect(decoded("2e 64 8b 00").seg).toBe(FS));
  test("64-bit mode ignores ES, CS, SS and DS, also after FS", () =>
    expect(decoded("64 3e 8b 00", 64).seg).toBe(FS));
  test("the last of F2 and F3 wins", () => {
    expect(decoded("f2 f3 a6").rep).toBe(0xf3);
    expect(decoded("f3 f2 a6").rep).toBe(0xf2);
  });
  test("REX counts only immediately before the opcode", () => {
    expect(decoded("48 66 89 c0", 64)).toMatchObject({ size: 2, rex: 0 });
    expect(decoded("66 48 89 c0", 64)).toMatchObject({ size: 8, rex: 0x48 });
    expect(decoded("48 41 89 c0", 64)).toMatchObject({ size: 4, rm: 8 });
  });
  test("REX.W overrides 66; INS, OUTS, IN and OUT have no 64 bits", () => {
    expect(decoded("66 48 6d", 64).size).toBe(4);
    expect(decoded("48 ed", 64).size).toBe(4);
  });
  test.each([
    ["f0 01 00", "add"],
    ["f0 01 c0", "(undefined)"],
    ["f0 39 00", "(undefined)"],
    ["f0 90", "(undefined)"],
    ["f0 0f b1 00", "cmpxchg"],
    ["f0 0f a3 00", "(undefined)"],
  ])("LOCK: %s is %s", (hex, mnemonic) => expect(name(hex)).toBe(mnemonic));
});

describe("sizes", () => {
  test.each([
    ["push rax in 64-bit mode", "50", 64, 8],
    ["push ax in 64-bit mode", "66 50", 64, 2],
    ["a near branch ignores 66 in 64-bit mode", "66 e8 00 00 00 00", 64, 8],
    ["mov from CR0 is 64 bits wide there", "0f 20 c0", 64, 8],
    ["mov eax in 16-bit code", "66 b8 00 00 00 00", 16, 4],
    ["iretq", "48 cf", 64, 8],
    ["iret in 64-bit mode without REX.W", "cf", 64, 4],
    ["far ret in 64-bit mode", "cb", 64, 4],
    ["movzx goes by its destination", "66 0f b6 c0", 32, 2],
    ["lodsb", "ac", 32, 1],
  ] as const)("%s", (_what, hex, bits, size) => expect(decoded(hex, bits).size).toBe(size));

  test("BITS and 67 give the address size", () => {
    expect(["8b 00", "67 8b 00"].map((hex) => decoded(hex, 16).addressSize)).toEqual([2, 4]);
    expect(["8b 00", "67 8b 00"].map((hex) => decoded(hex, 32).addressSize)).toEqual([4, 2]);
    expect(["8b 00", "67 8b 00"].map((hex) => decoded(hex, 64).addressSize)).toEqual([8, 4]);
  });
});

describe("operands", () => {
  test("16-bit addresses: BP goes with SS", () => {
    expect(decoded("8b 42 ff", 16)).toMatchObject({ base: 10, index: 12, seg: SS, disp: -1 });
    expect(decoded("8b 06 34 12", 16)).toMatchObject({ base: NONE, index: NONE, disp: 0x1234 });
  });
  test("SIB", () => {
    expect(decoded("8b 44 8d 10")).toMatchObject({ base: 10, index: 2, scale: 2, disp: 16, seg: SS });
    expect(decoded("8b 04 25 00 00 00 80")).toMatchObject({ base: NONE, index: NONE, disp: -0x80000000 });
    expect(decoded("42 8b 04 20", 64)).toMatchObject({ base: 0, index: 24 });
    expect(decoded("49 8b 04 24", 64)).toMatchObject({ base: 24, index: NONE, seg: 3 });
  });
  test("RIP-relative", () => expect(decoded("8b 05 10 00 00 00", 64)).toMatchObject({ base: RIP, disp: 16 }));
  test("immediates are sign-extended, selectors and offsets are not", () => {
    expect(decoded("83 c0 ff")).toMatchObject({ imm: -1, immHigh: -1 });
    expect(decoded("ea ff ff ff ff ff ff")).toMatchObject({ imm: -1, imm2: 0xffff });
    expect(decoded("66 ea ff ff ff ff")).toMatchObject({ imm: 0xffff, imm2: 0xffff });
    expect(decoded("c2 ff ff").imm).toBe(0xffff);
    expect(decoded("c8 ff ff 1f")).toMatchObject({ imm: 0xffff, imm2: 31 });
    expect(decoded("48 b8 88 77 66 55 44 33 22 11", 64)).toMatchObject({
      imm: 0x55667788,
      immHigh: 0x11223344,
    });
    expect(decoded("a0 88 77 66 55 44 33 22 11", 64)).toMatchObject({
      disp: 0x55667788,
      dispHigh: 0x11223344,
    });
  });
  test("AH without REX is SPL with it", () => {
    const high = decoded("88 e0");
    expect(registerIndex(high.reg, 1, high.rex)).toBe(1);
    const low = decoded("40 88 e0", 64);
    expect(registerIndex(low.reg, 1, low.rex)).toBe(8 * 4);
  });
});

describe("what shares an opcode", () => {
  test.each([
    ["63 c0", 32, "arpl"],
    ["63 c0", 64, "movsxd"],
    ["90", 64, "nop"],
    ["41 90", 64, "xchg"],
    ["f3 90", 32, "pause"],
    ["c4 00", 32, "les"],
    ["c4 c0", 32, "(undefined)"],
    ["c4 00", 64, "(undefined)"],
    ["62 c0", 32, "(undefined)"],
    ["40", 32, "inc"],
    ["06", 64, "(undefined)"],
    ["0f 01 00", 32, "sgdt"],
    ["0f 01 c1", 32, "vmcall"],
    ["0f 01 f8", 64, "swapgs"],
    ["0f 01 f8", 32, "(undefined)"],
    ["0f ae 28", 32, "xrstor"],
    ["0f ae e8", 32, "lfence"],
    ["0f c7 08", 32, "cmpxchg8b"],
    ["48 0f c7 08", 64, "cmpxchg16b"],
    ["0f 05", 32, "(undefined)"],
    ["8e c8", 32, "(undefined)"],
    ["8e f0", 32, "(undefined)"],
    ["0f 20 c8", 32, "(undefined)"],
    ["0f 20 00", 32, "mov"],
    ["44 0f 20 c0", 64, "mov"],
    ["44 0f 21 c0", 64, "(undefined)"],
    ["82 c0 01", 32, "add"],
    ["82 c0 01", 64, "(undefined)"],
    ["9a", 64, "(undefined)"],
    ["0f 0b", 32, "ud2"],
    ["0f 04", 32, "(undefined)"],
  ] as const)("%s in %i-bit code is %s", (hex, bits, mnemonic) => expect(name(hex, bits)).toBe(mnemonic));
});

describe("limits", () => {
  test("15 bytes are an instruction, 16 are too long, and the 16th is not fetched", () => {
    const nops = (count: number) => `${"66".repeat(count - 1)}90`;
    expect(decoded(nops(15)).length).toBe(15);
    let fetched = 0;
    const op = new Instruction();
    decode(
      () => {
        fetched++;
        return 0x66;
      },
      32,
      op,
    );
    expect(op.row).toBe(TOO_LONG);
    expect(fetched).toBe(15);
  });
  test("too long is found in the middle of an operand, too", () =>
    expect(decoded(`${"2e".repeat(10)} c7 80 00 00 00 00 00`).row).toBe(TOO_LONG));
  test("what the source throws passes through, and the next decoding is whole", () => {
    const fault = new Error("page fault");
    const bytes = [0x81, 0xc0];
    const op = new Instruction();
    const next = () => {
      const byte = bytes.shift();
      if (byte === undefined) throw fault;
      return byte;
    };
    expect(() => decode(next, 32, op)).toThrow(fault);
    expect(decoded("90").length).toBe(1);
  });
  test("a reused Instruction keeps nothing", () => {
    const op = new Instruction();
    const run = (hex: string) => {
      const bytes = [...Buffer.from(hex, "hex")];
      decode(() => bytes.shift()!, 64, op);
      return { ...op };
    };
    const fresh = run("90");
    run("f0f36567488144a510ffffffff7f");
    run("0f04");
    expect(run("90")).toEqual(fresh);
    expect(op.row).not.toBe(UNDEFINED);
  });
});
