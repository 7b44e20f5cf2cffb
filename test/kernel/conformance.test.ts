/**
 * One suite that every engine passes: a session of cells in order, each with what it must give. Where an engine differs
 * by nature, `differs` says why.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KernelClient, type Result } from "../../src/kernel/client.ts";
import { SPECS } from "../../src/kernel/specs.ts";

/** Engines that are there; each runs the whole table. */
const ENGINES = SPECS.map(({ name }) => name);

interface Case {
  name: string;
  code: string;
  /** text/plain of the execute_result. */
  result?: string;
  /** All text on stdout. */
  prints?: string;
  /** ename of the error, and what evalue must say. */
  fails?: [ename: string, evalue: RegExp];
  /** MIME bundles that are shown, in order. */
  shows?: object[];
  /** Kernel → why it is excused. */
  differs?: Record<string, string>;
  /** Milliseconds after which the cell is interrupted. */
  interrupt?: number;
}

const COPIES = {
  "ringlab-tslab": "tslab gives later cells a copy of a variable: closures keep the first one",
};

const FORGETS = { "ringlab-tslab": "tslab forgets the declarations of a cell that throws" };

const CASES: Case[] = [
  { name: "the last expression", code: "1 + 1", result: "2" },
  { name: "an object", code: "({ a: [1, 2], b: 'x' })", result: "{ a: [ 1, 2 ], b: 'x' }" },
  { name: "nothing to show", code: "const quiet = 1;" },
  { name: "console.log", code: "console.log('a', 1); console.log('b')", prints: "a 1\nb\n" },
  { name: "an earlier cell's variable", code: "quiet + 1", result: "2" },
  {
    name: "strict null checks",
    code: "const q: number = new Map<string, number>().get('a');",
    fails: ["TypeScriptError", /not assignable to type 'number'/],
  },
  { name: "no implicit any", code: "function f(x) { return x }", fails: ["TypeScriptError", /implicitly/] },
  { name: "a failed cell declares nothing", code: "typeof q", fails: ["TypeScriptError", /'q'/] },
  { name: "a syntax error", code: "const a = ;", fails: ["TypeScriptError", /Expression expected/] },
  { name: "declared", code: "let x = 1; x", result: "1" },
  { name: "declared again with another type", code: "let x = 'four'; x.length", result: "4" },
  { name: "assigned from a later cell", code: "x = 'longer'; x.length", result: "6" },
  { name: "assigned with the wrong type", code: "x = 5", fails: ["TypeScriptError", /'number'/] },
  { name: "a constant", code: "const fixed = 1;" },
  { name: "a constant assigned", code: "fixed = 2", fails: ["TypeScriptError", /fixed/] },
  { name: "a closure", code: "let n = 0; function inc() { return ++n } inc()", result: "1" },
  { name: "a closure sees an assignment", code: "n += 10; inc()", result: "12", differs: COPIES },
  {
    name: "classes, generics, private fields",
    code: "class P<T> { #a = 1; v: T; constructor(v: T) { this.v = v } get a() { return this.#a } }\nconst p = new P('z');",
  },
  { name: "a class of an earlier cell", code: "p.a + p.v.length", result: "2" },
  { name: "a missing property", code: "p.nope", fails: ["TypeScriptError", /'nope'/] },
  { name: "types and enums", code: "interface I { a: number; b?: string }\nenum E { X, Y = 5 }" },
  { name: "types and enums later", code: "const i: I = { a: E.Y }; i.a", result: "5" },
  {
    name: "await",
    code: "const z = await new Promise<number>((r) => setTimeout(() => r(42), 5)); z",
    result: "42",
  },
  {
    name: "for await",
    code: "for await (const v of (async function* () { yield 1; yield 2 })()) console.log(v)",
    prints: "1\n2\n",
  },
  { name: "an import", code: "import { basename } from 'node:path';\nbasename('/a/b').length", result: "1" },
  { name: "an import is kept", code: "basename('/a/bcd').length", result: "3" },
  {
    name: "a package that has only exports and awaits at its top level, typed",
    code: "import { seven } from 'modern/part';\nseven.toFixed(1)",
    result: "'7.0'",
  },
  {
    name: "dynamic import",
    code: "const os = await import('node:os'); typeof os.EOL.length === 'number'",
    result: "true",
  },
  { name: "a local file", code: "import { v } from './local';\nv", result: "3" },
  {
    name: "a missing module",
    code: "import nope from 'no-such-package';",
    fails: ["TypeScriptError", /no-such-package/],
  },
  {
    name: "an error that is thrown",
    code: "interface Gone { a: 1 }\nfunction boom(): never {\n  throw new RangeError('bad thing');\n}\nboom()",
    fails: ["RangeError", /^bad thing$/],
  },
  {
    name: "a rejection",
    code: "await Promise.reject(new TypeError('later'))",
    fails: ["TypeError", /^later$/],
  },
  {
    name: "a cell that throws after a declaration",
    code: "const reached = 5; throw new Error('then')",
    fails: ["Error", /^then$/],
  },
  { name: "what it declared is there", code: "reached", result: "5", differs: FORGETS },
  { name: "right after an error", code: "1 + 2", result: "3" },
  {
    name: "a long output",
    code: "for (let k = 0; k < 20_000; k++) console.log(k)",
    prints: Array.from({ length: 20_000 }, (_, k) => `${k}\n`).join(""),
  },
  {
    name: "tslab's display functions",
    code: "import * as tslab from 'tslab';\ntslab.display.html('<b>1</b>'); tslab.display.markdown('*2*');",
    shows: [{ "text/html": "<b>1</b>" }, { "text/markdown": "*2*" }],
  },
  {
    name: "the display hook",
    code: "(globalThis as any)[Symbol.for('ringlab.display')]({ 'text/plain': 'p', 'text/html': '<i>p</i>' }, { id: 'd1' });",
    shows: [{ "text/plain": "p", "text/html": "<i>p</i>" }],
  },
  {
    name: "interrupting a busy loop",
    code: "while (true) {}",
    interrupt: 150,
    fails: ["KeyboardInterrupt", /interrupt/i],
  },
  {
    name: "interrupting a busy loop after an await",
    code: "await new Promise((r) => setTimeout(r, 5)); while (true) {}",
    interrupt: 150,
    fails: ["KeyboardInterrupt", /interrupt/i],
  },
  {
    name: "a simulated machine",
    code: "import { assemble, boot } from 'ringlab/machine';\nconst pc = boot(assemble('org 0x8000\\nspin: inc ax\\njmp spin').bytes, { kind: 'flat', origin: 0x8000 });",
  },
  {
    name: "interrupting it",
    code: "pc.run()",
    interrupt: 300,
    fails: ["KeyboardInterrupt", /interrupt/i],
  },
  { name: "the machine outlives it", code: "pc.run({ limit: 1000 }).reason", result: "'limit'" },
  {
    name: "interrupting an endless await",
    code: "await new Promise(() => {})",
    interrupt: 150,
    fails: ["KeyboardInterrupt", /interrupt/i],
  },
  { name: "state outlives an interrupt", code: "x", result: "'longer'" },
];

const texts = ({ outputs }: Result, type: string) => outputs.filter(({ msg_type }) => msg_type === type);

describe.each(ENGINES)("%s", (name) => {
  const cwd = mkdtempSync(join(tmpdir(), "ringlab-conformance-"));
  let client: KernelClient;
  beforeAll(async () => {
    writeFileSync(join(cwd, "deep.ts"), "export const two = 2;\n");
    writeFileSync(
      join(cwd, "local.ts"),
      "import { two } from './deep';\nexport const v: number = 1 + two;\n",
    );
    const modern = join(cwd, "node_modules/modern");
    mkdirSync(modern, { recursive: true });
    const exports = { "./part": { types: "./part.d.ts", import: "./part.js" } };
    writeFileSync(join(modern, "package.json"), JSON.stringify({ name: "modern", type: "module", exports }));
    writeFileSync(join(modern, "part.d.ts"), "export declare const seven: number;\n");
    writeFileSync(join(modern, "part.js"), "export const seven = await Promise.resolve(7);\n");
    const spec = SPECS.find((known) => known.name === name)!;
    client = await KernelClient.start(spec, { cwd });
  });
  afterAll(async () => {
    await client.shutdown();
    rmSync(cwd, { recursive: true });
  });

  test.each(CASES)("$name", async ({ code, result, prints = "", fails, shows = [], differs, interrupt }) => {
    const running = client.execute(code);
    const timer = interrupt === undefined ? undefined : setTimeout(() => client.interrupt(), interrupt);
    const got = await running;
    clearTimeout(timer);
    if (differs?.[name])
      return expect(texts(got, "execute_result")).not.toMatchObject([
        { content: { data: { "text/plain": result } } },
      ]);
    expect(got.reply.status).toBe(fails ? "error" : "ok");
    const streams = texts(got, "stream").filter(({ content }) => content.name === "stdout");
    expect(streams.map(({ content }) => content.text).join("")).toBe(prints);
    expect(texts(got, "execute_result").map(({ content }) => content.data)).toEqual(
      result === undefined ? [] : [{ "text/plain": result }],
    );
    expect(texts(got, "display_data").map(({ content }) => content.data)).toEqual(shows);
    expect(texts(got, "error")).toHaveLength(fails ? 1 : 0);
    if (!fails) return;
    const [ename, evalue] = fails;
    expect(got.reply).toMatchObject({ ename, evalue: expect.stringMatching(evalue) });
    expect(texts(got, "error")[0]?.content).toMatchObject({ ename, traceback: got.reply.traceback });
    const traceback = (got.reply.traceback as string[]).join("\n");
    expect(traceback, "frames of the kernel itself").not.toMatch(/kernel\/(own|tslab)\//);
    if (interrupt !== undefined) expect(traceback).not.toContain("[KeyboardInterrupt");
  });

  test("a traceback points into the cell", async () => {
    const { reply } = await client.execute("type Gone = 1;\n\nnull!.x");
    expect((reply.traceback as string[]).join("\n")).toMatch(/3:/);
  });

  test("an edited local file is seen at once, also one that is imported by an imported one", async () => {
    writeFileSync(join(cwd, "deep.ts"), "export const two = 200;\n");
    const { outputs } = await client.execute("import { v } from './local';\nv");
    expect(outputs.at(-1)?.content.data).toEqual({ "text/plain": "201" });
  });

  test("updates a display", async () => {
    const code =
      "(globalThis as any)[Symbol.for('ringlab.display')]({ 'text/plain': 'new' }, { id: 'd1', update: true });";
    const [update] = texts(await client.execute(code), "update_display_data");
    expect(update?.content).toMatchObject({ data: { "text/plain": "new" }, transient: { display_id: "d1" } });
  });

  test("completes, inspects, knows when code is whole", async () => {
    expect((await client.complete("p.v.toUpp")).matches).toContain("toUpperCase");
    expect((await client.inspect("x", 1)).data).toMatchObject({
      "text/plain": expect.stringMatching(/x: string/),
    });
    expect((await client.isComplete("function f() {")).status).toBe("incomplete");
    expect((await client.isComplete("1 + 1")).status).toBe("complete");
  });

  test("says so when a cell ends the process", async () => {
    const { reply } = await client.execute("process.exit(3)");
    expect(reply.status).toBe("error");
    expect(reply.evalue).toMatch(/process/);
    if (name === "ringlab") return expect((await client.execute("typeof x")).reply.status).toBe("error"); // lives on, without x
    expect(await client.kernel.exited).toMatchObject({ code: 3 });
  });
});
