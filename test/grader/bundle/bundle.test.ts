/** What a bundle holds, what it refuses to hold, and that one bad text harms no other. */

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { stop } from "esbuild";
import { afterAll, describe, expect, test } from "vitest";
import { bundle } from "../../../grader/bundle/bundle.ts";
import { locateStack, locator } from "../../../grader/bundle/locate.ts";
import { Refusal, type Submission } from "../../../grader/intake/submission.ts";
import { WIDE } from "../../support/wide.ts";

const LAB = "01-popek-goldberg";
afterAll(() => stop());

const submission = (files: Record<string, string>, more: Partial<Submission> = {}): Submission => ({
  id: "x",
  form: "folder",
  files: new Map(Object.entries(files)),
  entry: "component.ts",
  cells: [],
  answers: new Map(),
  notes: [],
  ...more,
});
const one = (text: string) => submission({ "component.ts": text });

/** For tests alone: the texts are ours. */
const run = (code: string): Promise<{ component: unknown }> =>
  import(/* @vite-ignore */ `data:text/javascript;base64,${Buffer.from(code).toString("base64")}`);

describe("a bundle", () => {
  test("is one module with everything in it", async () => {
    const code = await bundle(
      submission({
        "component.ts":
          'import { a } from "./lib/a.ts"; import { b } from "./b"; import { c } from "./c.js"; export const component = { a, b, c };',
        "lib/a.ts": 'export { default as a } from "../d/index.js";',
        "b.ts": "export enum E { x = 5 }\nexport const b: number = E.x;",
        "c.js": 'import { sameWords } from "ringlab/formal"; export const c = sameWords([1], [1]);',
        "d/index.ts": "export default 7 as const;",
        "unused.ts": "this is no TypeScript",
      }),
      LAB,
    );
    expect(code).not.toMatch(/^import /m);
    expect((await run(code)).component).toEqual({ a: 7, b: 5, c: true });
  });

  test("pays nothing for types, wherever they are from", async () => {
    const code = await bundle(
      one(
        'import type { Probe } from "ringlab/formal"; import { type Row, State } from "ringlab/nowhere"; import type X from "lodash"; let a: State; export const component = 1; export type Y = X;',
      ),
      LAB,
    );
    expect(code.split("\n//# ")[0]).toBe(
      "// submission:component.ts\nvar component = 1;\nexport {\n  component\n};",
    );
  });

  test("holds of a room what is used, and nothing that a component is not given", async () => {
    const code = await bundle(
      one('import { window } from "ringlab/formal"; export const component = window;'),
      LAB,
    );
    expect(code).toContain("function window(");
    expect(code.length).toBeLessThan(800);
  });

  test("does not care for the student's own settings", async () => {
    const code = await bundle(
      submission({
        "component.ts": "/** @jsx evil */ export class A { x = 1 } export const component = new A();",
        "tsconfig.json": "{ broken",
        "package.json": '{"type":"commonjs","main":"/etc/passwd"}',
      }),
      LAB,
    );
    expect((await run(code)).component).toEqual({ x: 1 });
  });

  test("is the same, byte for byte, each time", async () => {
    const twice = await Promise.all([1, 2].map(() => bundle(one("export const component = { a: 1 };"), LAB)));
    expect(twice[0]).toBe(twice[1]);
  });
});

describe("refuses to import", () => {
  test.each([
    [
      "Node's modules",
      'import fs from "node:fs"; export const component = fs;',
      /line 1, column 16: "node:fs" cannot be imported/,
    ],
    [
      "Node's modules by their old names",
      'import "fs"; export const component = 1;',
      /"fs" cannot be imported/,
    ],
    ["packages", 'import x from "lodash"; export const component = x;', /"lodash" cannot be imported/],
    ["absolute paths", 'export * from "/etc/passwd"; export const component = 1;', /"\/etc\/passwd" cannot/],
    [
      "file URLs",
      'import "file:///etc/passwd"; export const component = 1;',
      /"file:\/\/\/etc\/passwd" cannot/,
    ],
    [
      "data URLs",
      'import x from "data:text/javascript,export default 1"; export const component = x;',
      /"data:.*" cannot/,
    ],
    [
      "the network",
      'import x from "https://example.org/x.js"; export const component = x;',
      /"https:.*" cannot/,
    ],
    ["subpath imports", 'import x from "#x"; export const component = x;', /"#x" cannot/],
    [
      "what lies outside",
      'import x from "../../labs/01-popek-goldberg/solution.ts"; export const component = x;',
      /lies outside of the submission/,
    ],
    [
      "what is not there",
      'import x from "./nothing.ts"; export const component = x;',
      /There is no file "\.\/nothing\.ts"/,
    ],
    ["with require", 'export const component = require("child_process");', /"child_process" cannot/],
    ["with a dynamic import", 'export const component = import("node:fs");', /"node:fs" cannot/],
    [
      "the solution",
      'import { component as x } from "ringlab/labs/01-popek-goldberg/solution"; export const component = x;',
      /solution" cannot/,
    ],
    [
      "a mutant",
      'import { component as x } from "ringlab/labs/01-popek-goldberg/mutants/forgets-p"; export const component = x;',
      /forgets-p" cannot/,
    ],
    [
      "the grader",
      'import x from "ringlab/grader/hidden/01"; export const component = x;',
      /hidden\/01" cannot/,
    ],
    [
      "rooms that are not for components",
      'import x from "ringlab/kernel"; export const component = x;',
      /"ringlab\/kernel" cannot/,
    ],
    [
      "a reference solution out of a room",
      'import { referenceClassifier } from "ringlab/formal"; export const component = referenceClassifier;',
      /line 1, column 10: "ringlab\/formal" does not give `referenceClassifier`/,
    ],
    [
      "a reference solution through a namespace",
      'import * as formal from "ringlab/formal"; export const component = formal.referenceClassifier;',
      /"ringlab\/formal" does not give `referenceClassifier`/,
    ],
    [
      "with attributes",
      'import x from "./component.ts" with { type: "text" }; export const component = x;',
      /attributes are not for components/,
    ],
  ])("%s", async (_what, text, reason) => {
    const bundled = bundle(one(text), LAB);
    await expect(bundled).rejects.toThrow(reason);
    await expect(bundled).rejects.toBeInstanceOf(Refusal);
  });

  test.each([
    'import x from "\\u202e\\u001b[2J"; export const component = x;',
    'import { "\\u202e\\u001b" as x } from "ringlab/formal"; export const component = x;',
    'export const component = 1; export { component as "\\ud800" };',
    `import "./${"x".repeat(5000)}"; export const component = 1;`,
  ])("and does not pass on what a text wants to do to a terminal: %s", async (text) => {
    const { message } = await bundle(one(text), LAB).then(
      () => new Error("none"),
      (error: Error) => error,
    );
    expect(message).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
    expect(message.length).toBeLessThan(1200);
  });

  test("and says what may be imported", async () => {
    await expect(bundle(one('import "fs";'), LAB)).rejects.toThrow(
      'A component of lab 01-popek-goldberg may import its own files (./…); sameRelocation, sameWords and window of "ringlab/formal"; types from everywhere.',
    );
  });
});

describe("says where it went wrong", () => {
  test("with file, line, column and the line", async () => {
    await expect(bundle(one('export const component = 1;\n\n  let ü = "ü" +* 2;'), LAB)).rejects.toThrow(
      'component.ts, line 3, column 16: Unexpected "*"\n    let ü = "ü" +* 2;',
    );
  });

  test("in another file", async () => {
    const files = { "component.ts": 'import "./a.ts"; export const component = 1;', "a.ts": "\nlet let;" };
    await expect(bundle(submission(files), LAB)).rejects.toThrow(/^a\.ts, line 2, column 5: /);
  });

  test("in the cell of a notebook", async () => {
    const cells = [
      { title: "cell 3", from: 1 },
      { title: 'cell 7 ("component")', from: 3 },
    ];
    const files = {
      "lab.ipynb": "let a = 1;\nlet b = 1;\nlet c = 1;\nlet b = 2;\nexport const component = 1;",
    };
    await expect(bundle(submission(files, { entry: "lab.ipynb", cells }), LAB)).rejects.toThrow(
      /^cell 7 \("component"\), line 2, column 5: The symbol "b" has already been declared/,
    );
  });

  test.each([
    "export const komponent = 1;",
    "export default {};",
    "",
    "export type component = 1;",
    'export { nothing as component } from "ringlab/formal";',
  ])("when nothing is exported: %s", async (text) => {
    await expect(bundle(one(text), LAB)).rejects.toThrow(
      /component\.ts does not export `component`|does not give/,
    );
  });

  test("but a lab that does not exist is not the student's fault", async () => {
    const bundled = bundle(one("export const component = 1;"), "99-nothing");
    await expect(bundled).rejects.toThrow("there is no lab 99-nothing with a starter");
    await expect(bundled).rejects.not.toBeInstanceOf(Refusal);
  });
});

describe("lines of the student", () => {
  const lines = async (given: Submission) => {
    const code = await bundle(given, LAB);
    const stack = await run(code).then(
      ({ component }) => (component as () => string)(),
      (error: Error) => error.stack!,
    );
    return {
      code,
      stack: stack.replaceAll(/data:[^:]*(?=:\d)/g, "file:///s/submission.mjs?3"),
      locate: locator(code, given),
    };
  };

  test("are found in a stack trace", async () => {
    const given = submission({
      "component.ts":
        'import type { Probe } from "ringlab/formal";\nimport { deep } from "./lib/a.ts";\n\nexport const component = () => deep();',
      "lib/a.ts":
        "interface X { a: 1 }\n\nexport function deep(): string {\n  const text: string =\n    new Error('x').stack!;\n  return text;\n}",
    });
    const { stack, locate } = await lines(given);
    expect(locateStack(stack, "submission.mjs", locate)).toBe("lib/a.ts, line 5");
    expect(locateStack(stack, "other.mjs", locate)).toBeUndefined();
    expect(locateStack(stack.split("\n").toSpliced(1, 1).join("\n"), "submission.mjs", locate)).toBe(
      "component.ts, line 4",
    );
  });

  test("are not those of a room, nor what a trace makes up", async () => {
    const { code, locate } = await lines(
      one(
        'import { window } from "ringlab/formal";\nexport const component = () => new Error("a").stack + window.length;',
      ),
    );
    const roomLine = code.split("\n").findIndex((line) => line.includes("function window(")) + 1;
    expect(locate(roomLine, 1)).toBeUndefined();
    expect(locate(999_999, 1)).not.toBe("component.ts, line 999999");
    expect(
      locateStack(
        "Error\n    at x (submission.mjs:0:0)\n    at submission.mjs:1e9:1",
        "submission.mjs",
        locate,
      ),
    ).toBeUndefined();
  });

  test("cannot be moved by a source map that was handed in", async () => {
    const map = Buffer.from('{"version":3,"sources":["<b>"],"mappings":"AAAA;AAAA"}').toString("base64");
    const text = `export const component = () => new Error("a").stack;\n//# sourceMappingURL=data:application/json;base64,${map}`;
    const { stack, locate } = await lines(one(text));
    expect(locateStack(stack, "submission.mjs", locate)).toBe("component.ts, line 1");
  });
});

const built = new URL("../../../dist/grader/bundle/bundle.js", import.meta.url);
const DEATH = `
  import { bundle } from ${JSON.stringify(built.href)};
  const one = (text) =>
    bundle({ entry: "component.ts", cells: [], files: new Map([["component.ts", text]]) }, "${LAB}", 60_000).catch(String);
  console.log(JSON.stringify(await Promise.all([one("{".repeat(250_000)), one("export const component = 2;")])));
`;

describe("what kills or stalls esbuild is refused, and the next is bundled as ever:", () => {
  const next = () => bundle(one("export const component = 2;"), LAB).then(run);

  // Straight to the bundler: `take` refuses such a text before. In a process of its own, for Go prints pages about it.
  if (WIDE)
    test("nesting without end", { timeout: 120_000 }, async () => {
      const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", DEATH]);
      const [bad, good] = JSON.parse(stdout);
      expect(bad).toMatch(/^Refusal: The compiler breaks down on it/);
      expect(good).toContain("component = 2;");
    });

  test("what takes too long", async () => {
    const slow = bundle(
      one(`export const component = 1;${"function f() { return 1 + 2; }\n".repeat(8000)}`),
      LAB,
      1,
    );
    const good = next();
    await expect(slow).rejects.toThrow("Compiling it took longer than 0.001 seconds.");
    await expect(slow).rejects.toBeInstanceOf(Refusal);
    expect((await good).component).toBe(2);
  });
});
