import { expect, test } from "vitest";
import {
  AssemblyError,
  assemble,
  disassemble,
  drive,
  execute,
  format,
  load,
  Processor,
  s360,
  Words,
} from "../../src/formal/index.ts";

const RADIX = 16;
const words = new Words(RADIX, s360.instructions.length);
const one = (source: string) => assemble(s360, RADIX, source).words[0]!;
const state = (source: string, M: "s" | "u", R = { l: 2, b: 4 }) => ({
  E: [0, words.encodePsw({ M: "s", P: 9, R: { l: 0, b: 16 } }), one(source), 7, 8, 9, ...Array(10).fill(0)],
  M,
  P: 0,
  R,
});

test("addresses are relative to l and below b", () => {
  const { kind, state: after } = execute(s360, RADIX, state("MVC 1,2", "u"));
  expect([kind, after.E[3], after.P]).toEqual(["next", 8, 1]);
  expect(execute(s360, RADIX, state("MVC 1,4", "u")).kind).toBe("memory-trap");
  expect(execute(s360, RADIX, state("MVC 1,15", "s", { l: 2, b: 16 })).kind).toBe("memory-trap");
});

test("a trap saves the PSW in E[0], loads it from E[1] and leaves the rest", () => {
  const before = state("LPSW 1", "u");
  const { kind, state: after } = execute(s360, RADIX, before);
  expect(kind).toBe("trap");
  expect(words.decodePsw(after.E[0]!)).toEqual({ M: "u", P: 0, R: { l: 2, b: 4 } });
  expect(after).toMatchObject({ M: "s", P: 9, R: { l: 0, b: 16 } });
  expect(after.E.slice(1)).toEqual(before.E.slice(1));
});

test("every PSW survives its word", () => {
  for (let b = 0; b <= RADIX; b++)
    for (let l = 0; l < RADIX; l++)
      for (const M of ["s", "u"] as const) {
        const psw = { M, P: (l * 5) % RADIX, R: { l, b } };
        expect(words.decodePsw(words.encodePsw(psw))).toEqual(psw);
      }
});

test("a program with labels runs: 5 + 4 + 3 + 2 + 1", () => {
  const source = `
    .word 0
    .word 0
    loop: A sum,left      ; the sum grows
          BCT left,loop
    end:  B end
    left: .word 5
    sum:  .word 0`;
  const { words: program, labels } = assemble(s360, RADIX, source);
  const machine = new Processor(s360, { storage: 16, radix: RADIX });
  load(machine, program);
  machine.psw = { M: "s", P: labels.loop!, R: { l: 0, b: 16 } };
  drive(machine, 20);
  expect([machine.storage[labels.sum!], machine.psw.P]).toEqual([15, labels.end]);
  expect(disassemble(s360, RADIX, program[2]!)).toBe("A 6,5");
});

test.each([
  ["MVC 1", "line 1: MVC takes 2 operands, not 1"],
  ["B 1\nB 16", "line 2: 16 is not from 0 to 15"],
  ["B nowhere", 'line 1: "nowhere" is neither a label nor a whole number'],
  ["a: B 1\na: B 2", "line 2: label a is set twice"],
  [".psw k,1,2,3", 'line 1: "k" is not a mode: s or u'],
  ["JRST1 3", 'line 1: the ISA "S/360-like" has no instruction JRST1'],
])("%s", (source, message) => {
  expect(() => assemble(s360, RADIX, source)).toThrow(AssemblyError);
  expect(() => assemble(s360, RADIX, source)).toThrow(message);
});

test("a state in one line shows the window", () => {
  expect(format({ E: [7, 8, 9], M: "u", P: 1, R: { l: 1, b: 2 } })).toBe("E=7 [8 9] M=u P=1 R=(1, 2)");
});

test("impossible machines are refused", () => {
  expect(() => new Processor(s360, { storage: 1, radix: 4 })).toThrow(/storage ≥ 2/);
  expect(() => new Processor(s360, { storage: 9, radix: 4 })).toThrow(/nothing can name/);
});
