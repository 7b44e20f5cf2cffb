/** Errors point into the cell, by the lines that the student wrote. */
import { expect, test } from "vitest";
import { plain, streamed, useKernel } from "../../support/kernel.ts";

const kernel = useKernel();

async function failure(code: string): Promise<{ ename: unknown; evalue: unknown; text: string }> {
  const { reply, outputs } = await kernel.run(code);
  const error = outputs.find(({ msg_type }) => msg_type === "error")?.content;
  expect(error).toMatchObject({ ename: reply.ename, evalue: reply.evalue, traceback: reply.traceback });
  return { ename: reply.ename, evalue: reply.evalue, text: plain(reply.traceback as string[]) };
}

const at = async () => `Cell[${Number((await kernel.run("")).reply.execution_count) + 1}]`;

test("a type error: place, line, underline, every diagnostic", async () => {
  const cell = await at();
  const { ename, evalue, text } = await failure('const ok = 1;\n\tlet x: number = "a";\nlet y: string = 5;');
  expect([ename, evalue]).toEqual([
    "TypeScriptError",
    "TS2322: Type 'string' is not assignable to type 'number'.",
  ]);
  expect(text).toBe(
    [
      "error TS2322: Type 'string' is not assignable to type 'number'.",
      `${cell}:2:6`,
      '2 │ \tlet x: number = "a";',
      "  │ \t    ^",
      "error TS2322: Type 'number' is not assignable to type 'string'.",
      `${cell}:3:5`,
      "3 │ let y: string = 5;",
      "  │     ^",
    ].join("\n"),
  );
});

test("a syntax error", async () => {
  expect(await failure("const a = ;")).toMatchObject({ evalue: "TS1109: Expression expected." });
});

test("a thrown error: its line after types were taken out, no frame of the kernel", async () => {
  const cell = await at();
  const { ename, evalue, text } = await failure(
    "interface Gone {\n  a: number;\n}\nfunction boom(g?: Gone): never {\n  throw new RangeError('bad');\n}\n\nboom();",
  );
  expect([ename, evalue]).toEqual(["RangeError", "bad"]);
  expect(text).toBe(
    [
      `${cell}:5:9`,
      "5 │   throw new RangeError('bad');",
      "  │         ^",
      "RangeError: bad",
      `    at boom (${cell}:5:9)`,
      `    at ${cell}:8:1`,
    ].join("\n"),
  );
});

test("an error in a function of an earlier cell names both cells", async () => {
  const first = await at();
  await kernel.run("\nfunction deep(): void { JSON.parse('{') }");
  const second = await at();
  const { text } = await failure("\n\ndeep()");
  expect(text).toMatch(new RegExp(`at deep \\(${first.replace(/[[\]]/g, "\\$&")}:2:`));
  expect(text).toContain(`at ${second}:3:`);
});

test("an error in a local file names its line", async () => {
  kernel.write(
    "faulty.ts",
    "type T = string;\n\nexport function fail(t: T): void {\n  throw new Error(t);\n}\n",
  );
  const { text } = await failure("import { fail } from './faulty';\nfail('from a file')");
  expect(text).toContain("faulty.ts:4:9");
  expect(text).toContain("4 │   throw new Error(t);");
});

test("a type error in a local file names its line", async () => {
  kernel.write("wrong.ts", "\nexport const n: number = 'x';\n");
  const { text } = await failure("import { n } from './wrong';\nn");
  expect(text).toMatch(/wrong\.ts:2:14/);
});

test("causes, aggregates, properties", async () => {
  expect((await failure("throw new Error('outer', { cause: new TypeError('inner') })")).text).toContain(
    "[cause]: TypeError: inner",
  );
  expect((await failure("await Promise.any([Promise.reject(new Error('one'))])")).text).toContain(
    "Error: one",
  );
  expect((await failure("throw Object.assign(new Error('e'), { code: 42 })")).text).toContain("code: 42");
});

test("things that are no errors", async () => {
  expect(await failure("throw 'text'")).toMatchObject({ ename: "Uncaught", evalue: "'text'" });
  expect(await failure("throw undefined")).toMatchObject({ ename: "Uncaught", evalue: "undefined" });
  expect(await failure("throw { a: 1 }")).toMatchObject({ evalue: "{ a: 1 }" });
});

test("names are the student's, also where the emitted code has others", async () => {
  await kernel.run("const thing: any = undefined;");
  expect(await failure("thing()")).toMatchObject({ evalue: "thing is not a function" });
  expect(await failure("thing.part")).toMatchObject({ evalue: expect.stringContaining("reading 'part'") });
  const { outputs } = await kernel.run(
    "try { thing() } catch (error) { console.log((error as Error).message) }",
  );
  expect(outputs.at(-1)?.content.text).toBe("thing is not a function\n");
});

test("what fails after the cell has ended is said, and the kernel lives on", async () => {
  const result = await kernel.run(
    "setTimeout(() => { throw new Error('late') }, 10); void Promise.reject(new Error('lost')); await new Promise((r) => setTimeout(r, 50)); 1",
  );
  expect(result.reply.status).toBe("ok");
  expect(streamed(result, "stderr")).toMatch(
    /Unhandled rejection: Error: lost[\s\S]*Uncaught error: Error: late/,
  );
  expect(await kernel.value("1 + 1")).toBe("2");
});

test("warnings of Node stay out of the notebook", async () => {
  const result = await kernel.run(
    "process.emitWarning('careful'); new Buffer(1); await new Promise((r) => setTimeout(r, 20));",
  );
  expect(result.outputs.filter(({ msg_type }) => msg_type === "stream")).toEqual([]);
});

test("what a thread cannot do is explained", async () => {
  expect(await failure("process.chdir('/')")).toMatchObject({
    evalue: expect.stringContaining("absolute paths"),
  });
});
