/** Imports: local files as they are now, packages as the notebook's folder sees them, and this package anywhere. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { useKernel } from "../../support/kernel.ts";

const kernel = useKernel();

test("an edited file is seen at once, with its new types", async () => {
  kernel.write("edited.ts", "export const v: number = 1;\n");
  expect(await kernel.value("import { v } from './edited'; v.toFixed(1)")).toBe("'1.0'");
  kernel.write("edited.ts", "export const v: string = 'text';\n");
  expect(await kernel.value("import { v } from './edited'; v.toUpperCase()")).toBe("'TEXT'");
});

test("also one that is imported by an imported one, and through a circle", async () => {
  kernel.write(
    "a.ts",
    "import { b } from './b.ts'; export const base = 1; export const a = () => b() + 1;\n",
  );
  kernel.write(
    "b.ts",
    "import { base } from './a'; import { c } from './c'; export const b = () => base + c;\n",
  );
  kernel.write("c.ts", "export const c = 100;\n");
  expect(await kernel.value("import { a } from './a'; a()")).toBe("102");
  kernel.write("c.ts", "export const c = 2000;\n");
  expect(await kernel.value("import { a } from './a'; a()")).toBe("2002");
});

test("a file that is not changed is not run again", async () => {
  kernel.write(
    "counted.ts",
    "const g = globalThis as { runs?: number }; g.runs = (g.runs ?? 0) + 1; export const runs = () => g.runs;\n",
  );
  await kernel.run("import { runs } from './counted';");
  expect(await kernel.value("import { runs } from './counted'; runs()")).toBe("1");
});

test("a file that appears and a file that goes", async () => {
  expect((await kernel.run("import { soon } from './soon'; soon")).reply.evalue).toMatch(
    /Cannot find module/,
  );
  kernel.write("soon.ts", "export const soon = 'here';\n");
  expect(await kernel.value("import { soon } from './soon'; soon")).toBe("'here'");
  rmSync(join(kernel.cwd, "soon.ts"));
  expect((await kernel.run("import { soon } from './soon'; soon")).reply.evalue).toMatch(
    /Cannot find module/,
  );
});

test("a file that waits for what its import lacks", async () => {
  kernel.write("outer.ts", "import { inner } from './inner'; export const outer = inner + 1;\n");
  expect((await kernel.run("import { outer } from './outer'; outer")).reply.status).toBe("error");
  kernel.write("inner.ts", "export const inner = 1;\n");
  expect(await kernel.value("import { outer } from './outer'; outer")).toBe("2");
});

test("live bindings, default and star exports, top-level await, JSON, JavaScript", async () => {
  kernel.write(
    "live.ts",
    "export let count = 0; export function inc() { count++ } export default class Thing {}\n",
  );
  kernel.write(
    "star.ts",
    "export * from './live'; export { default as T } from './live'; export const waited = await Promise.resolve(5);\n",
  );
  kernel.write("data.json", '{ "n": 3 }');
  kernel.write("plain.js", "export function half(x) { return x / 2 }\n");
  const code =
    "import { count, inc, T, waited } from './star'; import data from './data.json'; import { half } from './plain.js'; inc(); inc(); [count, T.name, waited, data.n, half(8)]";
  expect(await kernel.value(code)).toBe("[ 2, 'Thing', 5, 3, 4 ]");
});

test("a computed import", async () => {
  kernel.write("computed.ts", "export const v = 'computed';\n");
  expect(await kernel.value("const wanted = 'computed'; (await import('./' + wanted)).v")).toBe("'computed'");
});

test("a failing file can be repaired", async () => {
  kernel.write("broken.ts", "export const v = 1; throw new Error('at load');\n");
  expect((await kernel.run("import { v } from './broken'; v")).reply.evalue).toBe("at load");
  kernel.write("broken.ts", "export const v = 12;\n");
  expect(await kernel.value("import { v } from './broken'; v")).toBe("12");
});

test("packages: installed while the kernel runs, ESM with exports, and CommonJS", async () => {
  const add = (name: string, files: Record<string, string>) => {
    mkdirSync(join(kernel.cwd, "node_modules", name), { recursive: true });
    for (const [file, text] of Object.entries(files)) kernel.write(join("node_modules", name, file), text);
  };
  expect((await kernel.run("import { seven } from 'modern/part'; seven")).reply.status).toBe("error");
  add("modern", {
    "package.json":
      '{"name":"modern","type":"module","exports":{"./part":{"types":"./p.d.ts","import":"./p.js"}}}',
    "p.d.ts": "export declare const seven: number;\n",
    "p.js": "export const seven = await Promise.resolve(7);\n",
  });
  add("old", {
    "package.json": '{"name":"old","main":"index.js","types":"index.d.ts"}',
    "index.d.ts": "export declare function hidden(): string;\n",
    "index.js": "const names = ['hidden']; for (const n of names) exports[n] = () => n;\n",
  });
  expect(
    await kernel.value(
      "import { seven } from 'modern/part'; import { hidden } from 'old'; [seven, hidden()]",
    ),
  ).toBe("[ 7, 'hidden' ]");
});

test("this package, wherever the notebook lies", async () => {
  expect(await kernel.value("import * as plots from 'ringlab/plots'; typeof plots")).toBe("'object'");
  expect((await kernel.run("import { nothing } from 'ringlab/plots'; nothing")).reply.evalue).toMatch(
    /nothing/,
  );
});

test("types alone load nothing", async () => {
  kernel.write(
    "loud.ts",
    "console.log('loaded'); export interface Shape { a: number } export class Real {}\n",
  );
  const { outputs } = await kernel.run(
    "import type { Real } from './loud'; import { type Shape } from './loud'; let s: Shape | Real | undefined;",
  );
  expect(outputs.map(({ msg_type }) => msg_type)).toEqual(["execute_input"]);
});
