import { describe, expect, test } from "vitest";
import { type AssembleOptions, assemble } from "../../../../src/machine/isa/index.ts";

/** The bytes of a program whose lines are all data. */
const bytes = (lines: string[], options?: AssembleOptions) => [...assemble(lines.join("\n"), options).bytes];

describe("%define", () => {
  test("names, parameters, redefinition, and no recursion", () => {
    expect(
      bytes(["%define A 1", "db A", "%define A 2", "db A", "%undef A", "%ifdef A", "db 9", "%endif"]),
    ).toEqual([1, 2]);
    expect(bytes(["%define TWICE(x) ((x) * 2)", "db TWICE(3 + 1), TWICE(TWICE(1))"])).toEqual([8, 4]);
    expect(bytes(["X equ 7", "%define X X", "db X"])).toEqual([7]);
  });
  test("%define is expanded at its use, %xdefine and %assign at once", () => {
    expect(
      bytes(["%define A 1", "%define B A", "%xdefine C A", "%assign D A + 1", "%define A 5", "db B, C, D"]),
    ).toEqual([5, 1, 2]);
  });
  test("defines come from outside, too", () => {
    expect(
      bytes(["db N", "%ifidn MODE, fast", "db 1", "%endif"], { defines: { N: 3, MODE: "fast" } }),
    ).toEqual([3, 1]);
  });
});

describe("%if", () => {
  test("branches, nesting, text that is skipped need not be right", () => {
    const text = (n: number) => [
      `%assign N ${n}`,
      "%if N == 1",
      "db 10",
      "%elif N == 2",
      "%if 0",
      "this 'is nothing",
      "%else",
      "db 20",
      "%endif",
      "%else",
      "db 30",
      "%endif",
    ];
    expect([1, 2, 3].map((n) => bytes(text(n)))).toEqual([[10], [20], [30]]);
  });
  test("knows earlier equ", () =>
    expect(bytes(["A equ 2", "B equ A * 2", "%if B > 3", "db 1", "%endif"])).toEqual([1]));
  test.each([
    ["%ifndef X", 1],
    ["%ifnum 5", 1],
    ["%ifstr 'a'", 1],
    ["%ifid abc", 1],
    ["%ifempty", 1],
    ["%ifmacro m", 1],
    ["%ifnmacro m", 0],
    ["%ifidni AbC, aBc", 1],
    ["%ifidn AbC, aBc", 0],
    ["%ifn 0", 1],
  ])("%s", (condition, taken) =>
    expect(bytes(["%macro m 0", "%endmacro", condition, "db 1", "%endif"]).length).toBe(taken),
  );
});

describe("%macro", () => {
  test("parameters, defaults, the number of parameters, greedy ones", () => {
    expect(bytes(["%macro m 1-3 8, 9", "db %1, %2, %3, %0", "%endmacro", "m 1", "m 1, 2"])).toEqual([
      1, 8, 9, 3, 1, 2, 9, 3,
    ]);
    expect(bytes(["%macro m 1+", "db %1", "%endmacro", "m 1, 2, 3"])).toEqual([1, 2, 3]);
    expect(bytes(["%macro m 2", "db %1", "db %2", "%endmacro", "m {1, 2}, 3"])).toEqual([1, 2, 3]);
    expect(
      bytes(["%macro m 0", "db 1", "%endmacro", "%macro m 1", "db %1", "%endmacro", "m", "m 5"]),
    ).toEqual([1, 5]);
  });
  test("local labels are different in each call, a label before the call stands", () => {
    const lines = ["%macro wait 0", "%%again: jmp %%again", "%endmacro", "a: wait", "wait", "db a"];
    expect(bytes(lines)).toEqual([0xeb, 0xfe, 0xeb, 0xfe, 0]);
  });
  test("glues names, leaves strings alone", () => {
    expect(bytes(["%macro m 1", "x%1: db '%1'", "y%{1}z:", "%endmacro", "m 7", "db x7, y7z"])).toEqual([
      0x25, 0x31, 0, 2,
    ]);
  });
  test("a parameter is what it was at the call", () => {
    expect(
      bytes(["%macro m 1", "%assign i i + 1", "db %1", "%endmacro", "%assign i 1", "m i", "m i"]),
    ).toEqual([1, 2]);
  });
});

describe("%rep", () => {
  test("repeats, and stops at %exitrep", () => {
    expect(bytes(["%assign i 0", "%rep 3", "db i", "%assign i i + 1", "%endrep"])).toEqual([0, 1, 2]);
    const lines = [
      "%assign i 0",
      "%rep 10",
      "%if i == 2",
      "%exitrep",
      "%endif",
      "db i",
      "%assign i i + 1",
      "%endrep",
      "db 9",
    ];
    expect(bytes(lines)).toEqual([0, 1, 9]);
  });
  test("nests", () =>
    expect(bytes(["%rep 2", "%rep 2", "db 1", "%endrep", "db 2", "%endrep"])).toEqual([1, 1, 2, 1, 1, 2]));
});

test("%include reads what the resolver finds, by the including file's name", () => {
  const files: Record<string, string> = { "lib/a.inc": '%include "b.inc"\ndb 1', "lib/b.inc": "db 2" };
  const include = (name: string, from: string) => {
    const file = `lib/${name}`;
    return files[file] === undefined || (name === "b.inc" && from !== "lib/a.inc")
      ? undefined
      : { file, text: files[file] };
  };
  expect(bytes(['%include "a.inc"', "db 3"], { include })).toEqual([2, 1, 3]);
});

test("a line goes on after a backslash", () => expect(bytes(["db 1, \\", "   2"])).toEqual([1, 2]));
