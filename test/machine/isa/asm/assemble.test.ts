/** The language: what a program says and what comes out. Encodings are in ../encode.test.ts. */
import { describe, expect, test } from "vitest";
import { type AssembleOptions, AssemblerError, assemble } from "../../../../src/machine/isa/index.ts";

const hex = (text: string, options?: AssembleOptions) =>
  Buffer.from(assemble(text, options).bytes).toString("hex");

describe("data", () => {
  test.each([
    ["db 1, 'ab', \"c\", `d\\n\\x41`", "016162" + "63" + "640a41"],
    ["dw 1, 'abc'", "0100" + "61626300"],
    ["dd -1, 'a'", "ffffffff" + "61000000"],
    ["dq 0x123456789abcdef0", "f0debc9a78563412"],
    ["dd 1.5", "0000c03f"],
    ["dq -1", "ffffffffffffffff"],
    ["times 3 db 1, 2", "010201020102"],
    ["resw 2\ndb 1", "0000000001"],
    ["db 1\nalign 4\ndb 2\nalignb 4\n align 8, db 0xcc\ndb 3", "01909090" + "02000000" + "03"],
    [
      "db 5 - 2 * 3, 7 / 2, 7 % 4, 1 << 3 | 1, ~0 & 0xf, 6 ^ 3, (1 + 2) * 3",
      "ff03" + "03" + "09" + "0f" + "05" + "09",
    ],
    ["db 1 ? 2 : 3, 1 > 2, -1 < 0, 3 == 3 && 0", "02000100"],
    ["db 0ffh, $0f, 0b101, 101b, 0o17, 17o, 1_0, 0d9", "ff0f05050f0f0a09"],
    ["times 4 - ($ - $$) db 9\ndb $ - $$", "0909090904"],
    ["a: dw a, $ + 2 ; comment\nb: dw b - a", "000004000400"],
  ])("%s", (text, expected) => expect(hex(text)).toBe(expected));
});

describe("symbols", () => {
  test("labels, local labels, equ, org", () => {
    const { symbols, origin, bytes } = assemble(
      [
        "org 0x7c00",
        "main: nop",
        ".loop: jmp .loop",
        "other:",
        ".loop: jmp main.loop",
        "SIZE equ $ - main",
      ].join("\n"),
    );
    expect(origin).toBe(0x7c00);
    expect(Object.fromEntries(symbols)).toEqual({
      main: 0x7c00,
      "main.loop": 0x7c01,
      other: 0x7c03,
      "other.loop": 0x7c03,
      SIZE: 5,
    });
    expect(Buffer.from(bytes).toString("hex")).toBe("90ebfeebfc");
  });
  test("64-bit addresses are signed, as linear addresses are", () => {
    const { symbols, bytes, origin } = assemble("bits 64\norg 0xffffffff80000000\nstart: mov rax, start");
    expect(origin).toBe(-0x80000000);
    expect(symbols.get("start")).toBe(-0x80000000);
    expect(Buffer.from(bytes).toString("hex")).toBe("48b800000080ffffffff");
  });
  test("names of instructions after $ are labels; case counts in labels only", () => {
    expect(hex("$loop: JMP $loop\nMOV Al, 1")).toBe("ebfeb001");
  });
});

describe("the source map", () => {
  test("a line has its bytes; a macro's bytes belong to the call; included files to themselves", () => {
    const include = (name: string) => ({ file: `lib/${name}`, text: "nop\nnop" });
    const { lines } = assemble(
      [
        "org 16",
        "%macro twice 1",
        "  db %1",
        "  db %1",
        "%endmacro",
        "nop",
        "",
        "twice 7",
        '%include "x.inc"',
      ].join("\n"),
      { file: "main.asm", include },
    );
    expect(lines).toEqual([
      { address: 16, file: "main.asm", line: 6, length: 1 },
      { address: 17, file: "main.asm", line: 8, length: 2 },
      { address: 19, file: "lib/x.inc", line: 1, length: 1 },
      { address: 20, file: "lib/x.inc", line: 2, length: 1 },
    ]);
  });
});

describe("jumps", () => {
  const jump = (distance: number, word = "jmp") =>
    hex(`bits 32\n${word} target\ntimes ${distance} nop\ntarget:`).slice(0, 4);
  test("are short while they can be", () => {
    expect(jump(127)).toBe("eb7f");
    expect(jump(128)).toBe("e980");
    expect(jump(127, "jz")).toBe("747f");
    expect(jump(128, "jz")).toBe("0f84");
    expect(jump(3, "jmp near")).toBe("e903");
  });
  test("one that grows may make another grow", () => {
    const text = `bits 32\njmp a\njmp b\ntimes 122 nop\na: times 10 nop\nb:`;
    expect(hex(text).slice(0, 14)).toBe("eb7fe984000000".slice(0, 14));
    expect(hex(text.replace("122", "123")).slice(0, 14)).toBe("e9800000" + "00e985");
  });
});

describe("notes", () => {
  test("LOCK where the processor does not allow it", () => {
    expect(
      assemble("lock add ax, 1\nlock mov [bx], ax\nlock add [bx], ax\nlock xchg ax, [bx]", { file: "a.asm" })
        .notes,
    ).toEqual([
      "a.asm:1: the processor answers lock add without a destination in memory with #UD",
      "a.asm:2: the processor answers lock mov with #UD",
    ]);
  });
  test("global and %warning", () => {
    expect(assemble("global start\n%warning careful\nstart:", { file: "a.asm" }).notes).toEqual([
      "a.asm:1: global means nothing in a flat program and is ignored",
      "a.asm:2: careful",
    ]);
  });
});

describe("errors", () => {
  const error = (text: string, options?: AssembleOptions): AssemblerError => {
    try {
      assemble(text, options);
    } catch (thrown) {
      if (thrown instanceof AssemblerError) return thrown;
      throw thrown;
    }
    throw new Error("no error");
  };

  test("all are collected, each with its place and a caret", () => {
    const thrown = error("nop\n\tmvo eax, 1\n mov eax, [x\n", { file: "a.asm" });
    expect(thrown).toMatchObject({ file: "a.asm", line: 2, column: 2 });
    expect(thrown.message).toBe(
      [
        'a.asm:2:2: "mvo" is no instruction, directive or macro; a label is written "mvo:"',
        "    \tmvo eax, 1",
        "    \t^",
        'a.asm:3:13: "]" is missing: the address is open',
        "     mov eax, [x",
        "                ^",
      ].join("\n"),
    );
  });

  test("in a macro the call is named", () => {
    const thrown = error("%macro put 1\n mov %1, bl\n%endmacro\n\nput eax", { file: "a.asm" });
    expect(thrown.problems).toEqual([
      {
        file: "a.asm",
        line: 2,
        column: 2,
        message: expect.stringMatching(/^mov takes r\/m8, r8 · .*; got eax, bl$/),
        text: " mov eax, bl",
        trace: ["in macro put, called at a.asm:5"],
      },
    ]);
  });

  test.each([
    ["mov dword ptr [bx], 1", 'there is no "ptr" in this syntax: write dword [address]'],
    ["inc [bx]", "the size of the memory operand is not clear: write byte, word or dword before the bracket"],
    ["mov r8, 1", "r8 exists only in 64-bit code; this is 16-bit code"],
    ["bits 64\nmov ah, r8b", "ah, ch, dh and bh cannot stand in an instruction with a REX prefix"],
    ["bits 64\npush es", "push takes fs · gs; got es"],
    ["bits 64\ndaa", "daa exists only outside 64-bit code; these are bits 64"],
    ["db 256", "256 does not fit in a byte"],
    ["db 1 / 0", "division by zero"],
    ["jmp nowhere", '"nowhere" is not defined'],
    ["Start: jmp start", '"start" is not defined; did you mean "Start"?'],
    ["a: nop\na: nop", '"a" is defined already, at (source):1'],
    ["a equ a + 1", '"a" has another value in each of 200 passes: it depends on itself'],
    ["times 0 - 1 nop", "times -1: the count is negative; the code before it is too long"],
    ["jmp short $ + 300", "jmp reaches from -128 to 127 bytes; the target is 298 bytes away"],
    ["mov al, [bx + cx]", "a 16-bit address is bx or bp, plus si or di, plus a number"],
    ["mov al, [ebx + esp * 2]", "esp cannot be an index"],
    ["mov al, es:[bx]", "a segment override stands inside the brackets: [es:address]"],
    ["mov ax, bx + 1", "arithmetic on registers needs brackets around it: [ebx+4]"],
    [".x: nop", ".x belongs to the label before it, and there is none"],
    ["section .data", "the output is one flat piece: there is only the section .text"],
    ["%include 'x.inc'", 'there is no file "x.inc" to include'],
    ["%if 1", "this condition has no %endif"],
    ["%rep 2", "this %rep has no %endrep"],
    ["%macro m 0\nm\n%endmacro\nm", "the macro m calls itself without end"],
    ["db 'abc", "this ' is not closed"],
    ["db 0x1g", '"0x1g" is not a number; write 255, 0xff, 0ffh, $0ff, 0b101, 101b or 0o17'],
    ["%error too bad", "too bad"],
    ["bits 8", "bits takes 16, 32 or 64, got 8"],
    ["align 3", "align takes a power of two, got 3"],
  ])("%s", (text, message) => {
    expect(error(text).problems[0]!.message).toContain(message);
  });
});
