/**
 * A small assembler. One item a line; everything after ";" is a remark; numbers are decimal.
 *
 *      start:  MVC total,one      ; a label stands for the address of its line
 *              BCT left,start
 *      left:   .word 5
 *      user:   .psw u,start,0,40  ; M, P, l, b
 */
import { find, type Isa } from "./isa.ts";
import type { Machine } from "./machine.ts";
import type { Mode } from "./state.ts";
import { Words } from "./word.ts";

export interface Program {
  words: number[];
  labels: Record<string, number>;
}

/** What is wrong with a source text, and in which line (from 1). */
export class AssemblyError extends Error {
  override name = "AssemblyError";
  readonly line: number;

  constructor(line: number, what: string) {
    super(`line ${line}: ${what}`);
    this.line = line;
  }
}

interface Line {
  number: number;
  item: string;
  operands: string[];
}

/**
 * @param radix of the machine that will run it
 * @throws AssemblyError
 */
export function assemble(isa: Isa, radix: number, source: string): Program {
  const words = new Words(radix, isa.instructions.length);
  const labels: Record<string, number> = {};
  const lines: Line[] = [];
  source.split("\n").forEach((text, i) => {
    const match = /^\s*(?:(\w+):)?\s*(?:(\S+)(?:\s+(.*?))?)?\s*$/.exec(text.replace(/;.*/, ""));
    if (!match) throw new AssemblyError(i + 1, `"${text.trim()}" is not "label: MNEMONIC x,y"`);
    const [, label, item, operands = ""] = match;
    if (label && Object.hasOwn(labels, label)) throw new AssemblyError(i + 1, `label ${label} is set twice`);
    if (label) labels[label] = lines.length;
    if (item) lines.push({ number: i + 1, item, operands: operands ? operands.split(/\s*,\s*/) : [] });
  });
  return { words: lines.map((line) => encode(isa, words, labels, line)), labels };
}

function encode(isa: Isa, words: Words, labels: Record<string, number>, line: Line): number {
  const fail = (what: string): never => {
    throw new AssemblyError(line.number, what);
  };
  const value = (text: string, limit: number): number => {
    const number = Object.hasOwn(labels, text) ? (labels[text] as number) : Number(text || Number.NaN);
    if (!Number.isInteger(number)) fail(`"${text}" is neither a label nor a whole number`);
    if (number < 0 || number >= limit) fail(`${text} is not from 0 to ${limit - 1}`);
    return number;
  };
  const expect = (count: number): void => {
    const { length } = line.operands;
    if (length !== count) fail(`${line.item} takes ${count} operand${count === 1 ? "" : "s"}, not ${length}`);
  };
  const [x = "", y = "", l = "", b = ""] = line.operands;
  const { radix } = words;
  if (line.item === ".word") {
    expect(1);
    return value(x, words.count);
  }
  if (line.item === ".psw") {
    expect(4);
    if (x !== "s" && x !== "u") fail(`"${x}" is not a mode: s or u`);
    const R = { l: value(l, radix), b: value(b, radix + 1) };
    return words.encodePsw({ M: x as Mode, P: value(y, radix), R });
  }
  const { opcode, operands } = lookUp(isa, line);
  expect(operands);
  return words.encode(opcode, operands > 0 ? value(x, radix) : 0, operands > 1 ? value(y, radix) : 0);
}

function lookUp(isa: Isa, { item, number }: Line) {
  try {
    return find(isa, item);
  } catch (error) {
    throw new AssemblyError(number, (error as Error).message);
  }
}

/**
 * Puts words into storage, from address `at`.
 * @throws RangeError when they do not fit
 */
export function load(machine: Machine, words: readonly number[], at = 0): void {
  const { length } = machine.storage;
  if (at + words.length > length)
    throw new RangeError(`${words.length} words at ${at} do not fit a machine of ${length}`);
  machine.storage.set(words, at);
}

/** Runs on through the guest's own trap handlers; true to `steps`, whatever traps on the way. */
export function drive(machine: Machine, steps: number): void {
  for (let left = steps; left > 0; ) left -= machine.run(left).steps;
}
