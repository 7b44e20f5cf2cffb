/** The checker and the transform alone, in this process, over a table of files. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { installation } from "../../../src/kernel/own/checker/installation.ts";
import { nodeIo } from "../../../src/kernel/own/checker/node-io.ts";
import type { Io } from "../../../src/kernel/own/language/io.ts";
import { Session } from "../../../src/kernel/own/language/session.ts";
import { toPoints, toUnits } from "../../../src/kernel/own/text.ts";

const files: Record<string, string> = {};
let session: Session;

beforeAll(() => {
  const disk = nodeIo("/notebook");
  const io: Io = {
    ...disk,
    directoryExists: (path) => path === "/notebook" || disk.directoryExists(path),
    stamp: (path) => (path.startsWith("/notebook/") ? files[path.slice(10)] : disk.stamp(path)),
    readFile: (path) => (path.startsWith("/notebook/") ? files[path.slice(10)] : disk.readFile(path)),
  };
  session = new Session(io, installation());
});

function check(code: string) {
  const checked = session.check(code);
  if (!checked.ok) throw new Error(checked.diagnostics.map(({ message }) => message).join("; "));
  return checked;
}

/** The emitted code without the line that is ours. */
const emitted = (code: string) =>
  check(code).js.split("\n").slice(1, -1).join("\n").replace(/\s+/g, " ").trim();

test("no file of the language folder knows Node", () => {
  const folder = resolve(import.meta.dirname, "../../../src/kernel/own/language");
  for (const name of readdirSync(folder)) {
    const text = readFileSync(join(folder, name), "utf8");
    expect(text, name).not.toMatch(/^import .*"node:|\bprocess\.|\bBuffer\b|\brequire\(/m);
  }
});

describe("what a cell becomes", () => {
  test.each([
    ["1 + 1", "return [1 + 1];"],
    ["const x: number = 1;", "const x = 1;"],
    ["while (true) Math.abs(1)", "while (true) { if ($$flag[0]) $$stop(); Math.abs(1); }"],
    ["const f = (x: number) => x", "const f = (x) => ($$flag[0] && $$stop(), x);"],
    ["await null", "return [$$resume($$epoch(), await null)];"],
    ["try { 1 } catch { 2 }", "try { 1; } catch (error_1) { $$caught(error_1); 2; }"],
    ["export const y = 2;", "const y = 2;"],
    ["import { sep } from 'node:path'; sep", "return [$$0.sep];"],
    ["import type { Stats } from 'node:fs'; let s: Stats", "let s;"],
  ])("%s", (code, js) => expect(emitted(code)).toBe(js));

  test("a name of an earlier cell goes through its binding", () => {
    check("let earlier = (n = 1) => n;");
    session.commit();
    expect(emitted("earlier(2); ({ earlier })")).toBe(
      "(0, $$_earlier.v)(2); return [({ earlier: $$_earlier.v })];",
    );
    expect(emitted("{ const earlier = 5; earlier }")).toBe("{ const earlier = 5; earlier; }");
    expect(check("earlier").uses).toEqual(["earlier"]);
  });
});

test("a cell that was not committed leaves nothing", () => {
  check("const ghost = 1");
  expect(session.check("ghost")).toMatchObject({ ok: false, diagnostics: [{ code: 2304 }] });
});

test("lost names keep their earlier meaning", () => {
  check("const kept = 1, lost = 'text';");
  session.commit();
  check("const kept = 'now text', lost = 5;");
  session.commit(["lost"]);
  check("kept.length + lost.length");
});

test("local files: sent once, sent again when they or what they import change", () => {
  files["a.ts"] = "import { b } from './b'; export const a: number = b;";
  files["b.ts"] = "export const b = 1;";
  const sent = () => check("import { a } from './a'; a").modules.map(({ path }) => path);
  expect(sent()).toEqual(["/notebook/a.ts", "/notebook/b.ts"]);
  expect(sent()).toEqual([]);
  files["b.ts"] = "export const b = 22;";
  expect(sent()).toEqual(["/notebook/b.ts"]);
  files["b.ts"] = "export const b = 'no number';";
  expect(session.check("import { a } from './a'; a")).toMatchObject({
    ok: false,
    diagnostics: [{ file: "/notebook/a.ts", line: 1, code: 2322 }],
  });
});

test("a hundred cells later a cell still costs its own lines only", () => {
  for (let i = 0; i < 100; i++) {
    check(`const v${i} = { a: ${i}, f: (x: number) => x * ${i} };`);
    session.commit();
  }
  const begun = process.cpuUsage();
  for (let i = 0; i < 20; i++) check(`v${i}.f(v99.a)`);
  const { user, system } = process.cpuUsage(begun);
  expect((user + system) / 1000 / 20).toBeLessThan(20); // ms; about 1 when idle
});

test("code points and UTF-16 units", () => {
  const text = "a🦊b";
  expect([0, 1, 2, 3].map((points) => toUnits(text, points))).toEqual([0, 1, 3, 4]);
  expect([0, 1, 3, 4].map((units) => toPoints(text, units))).toEqual([0, 1, 2, 3]);
});
