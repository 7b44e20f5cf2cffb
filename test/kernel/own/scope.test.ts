/** What crosses the border of a cell, and what it means when cells are run again. */
import { describe, expect, test } from "vitest";
import { useKernel } from "../../support/kernel.ts";

const kernel = useKernel();

/** Each session is a list of cells with the value of their last expression. */
const SESSIONS: Record<string, [code: string, value?: string][]> = {
  "a later declaration of a name is what functions of other cells see": [
    ["function step() { return 1 }"],
    ["function twice() { return step() + step() }"],
    ["function step() { return 10 }"],
    ["twice()", "20"],
  ],
  "closures and assignments across cells": [
    ["let n = 0; const inc = () => ++n;"],
    ["inc(); n += 10; inc()", "12"],
    ["n++; n", "13"],
  ],
  destructuring: [
    ["const { a: [first, ...others], ...rest } = { a: [1, 2, 3], b: 4 }; let s = 'x', t = 'y';"],
    [
      "[s, t] = [t, s]; ({ s, first, others, rest })",
      "{ s: 'y', first: 1, others: [ 2, 3 ], rest: { b: 4 } }",
    ],
    ["({ t, u: s = 'default' } = { t: 'z' } as { t: string; u?: string }); s + t", "'defaultz'"],
  ],
  "var in nested blocks, hoisted functions and classes": [
    ["const early = later(); function later() { return 'hoisted' } if (early) { var nested = early.length }"],
    ["nested", "7"],
    ["class Base { who() { return 'base' } }"],
    [
      "class Derived extends Base { override who() { return super.who() + '+' } } new Derived().who()",
      "'base+'",
    ],
  ],
  "names that shadow": [
    ["const value = 1; const list = [value];"],
    ["((value: string) => value)('inner') + value", "'inner1'"],
    ["{ const value = 'block'; list.push(value.length) } list", "[ 1, 5 ]"],
    ["const __filename = 5; __filename", "5"],
    ["const $$flag = 1; for (let i = 0; i < 2; i++) { $$flag } $$flag", "1"],
  ],
  "enums, namespaces, decorators, using": [
    ["enum Ring { Kernel, User = 3 } namespace Space { export const size = 4 } const enum Quick { One = 1 }"],
    ["Ring.User + Space.size + Quick.One", "8"],
    [
      "const seen: string[] = []; function mark(_: unknown, c: { name: string | symbol }) { seen.push(String(c.name)) }",
    ],
    ["class Marked { @mark run() {} } seen", "[ 'run' ]"],
    ["using held = { [Symbol.dispose]() { seen.push('gone') } }; seen.length", "1"],
    ["seen.at(-1)", "'gone'"],
  ],
  "generics are inferred across cells": [
    ["const pairs = [1, 2].map((v) => ({ v, s: String(v) }));"],
    ["const back: number[] = pairs.map(({ s }) => s.length); back", "[ 1, 1 ]"],
  ],
  "imports, exports and import.meta": [
    [
      "import * as path from 'node:path'; import { type Stats, existsSync } from 'node:fs'; export const here = existsSync('.');",
    ],
    ["path.basename('/a/b') + here", "'btrue'"],
    [
      "import.meta.dirname === process.cwd() && __dirname === process.cwd() && typeof require('node:os').EOL",
      "'string'",
    ],
    ["export default class Named {} export { here as there };"],
    ["new Named()", "Named {}"],
  ],
  "the last expression": [
    ["1; 2;", "2"],
    ["undefined"],
    ["await Promise.resolve([1])", "[ 1 ]"],
    ["Promise.resolve(1)", "Promise { 1 }"],
    ["'not a directive'", "'not a directive'"],
    ["({ [Symbol.for('ringlab.mime')]: () => ({ 'text/plain': 'as it likes' }) })", "as it likes"],
    ["// only a comment"],
    ["   "],
  ],
};

describe.each(Object.entries(SESSIONS))("%s", (_, cells) => {
  test.each(cells)("%s", async (code, value) => {
    expect(await kernel.value(code)).toBe(value);
  });
});

test("a cell that fails half way keeps what it initialised, and no more", async () => {
  await kernel.run("const kept = 'old'; const untouched = 'old';");
  const { reply } = await kernel.run("const kept = 'new'; throw new Error('half'); const untouched = 5;");
  expect(reply.status).toBe("error");
  expect(await kernel.value("kept + untouched.length")).toBe("'new3'");
});

test("a million turns at top level are fast", async () => {
  await kernel.value("let warm = 0; for (let i = 0; i < 1e5; i++) warm += i;");
  const taken = Number(
    await kernel.value(
      "const begun = process.cpuUsage(); let sum = 0; for (let i = 0; i < 1e6; i++) sum += i % 7; process.cpuUsage(begun).user / 1000",
    ),
  );
  expect(taken).toBeLessThan(120); // 5 ms on an idle machine; through a proxy it takes 400
});
