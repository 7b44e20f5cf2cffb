/** The executor and `ringlab run`, against a real kernel. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type CodeCell, isCode, parseNotebook } from "../../src/kernel/notebook.ts";

const COMMAND = resolve(import.meta.dirname, "../../bin/ringlab.js");
const folder = mkdtempSync(join(tmpdir(), "ringlab-run-"));
afterAll(() => rmSync(folder, { recursive: true }));

const code = (source: string, ...tags: string[]) => ({
  cell_type: "code",
  source,
  metadata: { tags },
  outputs: [{ output_type: "stream", name: "stdout", text: "old" }],
  execution_count: null,
});
function write(
  name: string,
  cells: object[],
  metadata: object = { kernelspec: { name: "ringlab-tslab" } },
): string {
  const path = join(folder, name);
  writeFileSync(
    path,
    JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, kept: { by: "us" }, cells }),
  );
  return path;
}
const run = (...args: string[]) =>
  spawnSync(process.execPath, [COMMAND, "run", ...args], { encoding: "utf8", timeout: 60_000 });
const read = (path: string) => parseNotebook(readFileSync(path));
const codeCells = (path: string): CodeCell[] => read(path).cells.filter(isCode);

test("runs in place, keeps what is not its own, honours tags", () => {
  const path = write("tags.ipynb", [
    { cell_type: "markdown", source: ["# one\n", "two"], metadata: { collapsed: true } },
    code("const a = 20 + 1;\nconsole.log(a);\na * 2"),
    code("throw new Error('wanted')", "raises-exception"),
    code("nowhere", "skip-execution"),
    code("  "),
    code("a"),
  ]);
  const { stdout, status } = run(path);
  expect(status).toBe(0);
  expect(stdout).toMatch(/\[1\/5\] ok \d+\.\d\d s {2}const a = 20 \+ 1;\n/);
  expect(stdout).toMatch(/\[3\/5\] skipped {2}nowhere\n\[4\/5\] skipped\n/);
  const [first, second, third] = codeCells(path);
  expect(first).toMatchObject({ execution_count: 1, metadata: { tags: [] } });
  expect(first?.outputs).toMatchObject([
    { text: "21\n" },
    { data: { "text/plain": "42" }, execution_count: 1 },
  ]);
  expect(second?.outputs).toMatchObject([{ output_type: "error", ename: "Error", evalue: "wanted" }]);
  expect(third?.outputs).toMatchObject([{ text: "old" }]);
  const whole = read(path);
  expect(whole).toMatchObject({ kept: { by: "us" }, metadata: { language_info: { name: "typescript" } } });
  expect(whole.cells[0]).toMatchObject({ source: "# one\ntwo", metadata: { collapsed: true } });
});

test("a failing cell is named, later ones do not run, the results until there are kept", () => {
  const path = write("fails.ipynb", [code("1"), code("\n// bad\nthrow new RangeError('no')"), code("3")]);
  const { stderr, stdout, status } = run(path);
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /fails\.ipynb: cell 2 of 3 failed: \/\/ bad\n[\s\S]*RangeError: no[\s\S]*at Cell\[2\]:3:/,
  );
  expect(stdout).toMatch(/\[3\/3\] not run {2}3/);
  expect(codeCells(path).map(({ outputs }) => outputs[0]?.output_type)).toEqual([
    "execute_result",
    "error",
    "stream",
  ]);
});

test("--keep-going, --out, --replace", () => {
  const path = write("starter.ipynb", [
    code("const answer = 0;", "starter"),
    code("throw 1"),
    code("answer"),
  ]);
  const before = readFileSync(path);
  const solution = join(folder, "solution.ts");
  writeFileSync(solution, "const answer: number = 42;\n");
  const out = join(folder, "results/");
  expect(run(path, "--replace", `starter=${solution}`).stderr).toMatch(/give --out PATH or --no-save/);
  const { status } = run(path, "--keep-going", "--replace", `starter=${solution}`, "--out", out);
  expect(status).toBe(1);
  expect(readFileSync(path)).toEqual(before);
  const [first, , last] = codeCells(join(out, "starter.ipynb"));
  expect(first?.source).toBe("const answer: number = 42;");
  expect(last?.outputs).toMatchObject([{ data: { "text/plain": "42" } }]);
});

test("a cell that runs too long is interrupted, the kernel lives on", () => {
  const path = write("slow.ipynb", [code("console.log('begun'); while (true) {}"), code("'alive'")]);
  const { stderr, status } = run(path, "--timeout", "4", "--keep-going");
  expect(status).toBe(1);
  expect(stderr).toMatch(/cell 1 of 2 timed out/);
  const [slow, next] = codeCells(path);
  expect(slow?.outputs).toMatchObject([
    { text: "begun\n" },
    { output_type: "error" },
    { ename: "CellTimeout" },
  ]);
  expect(next?.outputs).toMatchObject([{ data: { "text/plain": "'alive'" } }]);
});

test("Ctrl+C keeps what ran and leaves no process", async () => {
  const path = write("stopped.ipynb", [code("1"), code("await new Promise(() => {})")]);
  const child = spawn(process.execPath, [COMMAND, "run", path], { stdio: ["ignore", "pipe", "pipe"] });
  await new Promise<void>((done) => child.stdout.on("data", (text) => `${text}`.includes("[1/2]") && done()));
  child.kill("SIGINT");
  expect(await new Promise((done) => child.on("exit", done))).toBe(130);
  expect(codeCells(path)[0]?.outputs).toMatchObject([{ data: { "text/plain": "1" } }]);
  expect(readdirSync(folder).filter((name) => /ipynb\./.test(name))).toEqual([]);
});

test.each([
  [["missing.ipynb"], /missing\.ipynb does not exist/],
  [["."], /is a folder, not a notebook/],
  [["fails.ipynb", "--timeout", "soon"], /--timeout takes a number of seconds/],
  [
    ["fails.ipynb", "--kernel", "python3"],
    /there is no kernel "python3"; Ringlab has ringlab and ringlab-tslab/,
  ],
  [["fails.ipynb", "--no-save", "--replace", "x=y"], /no cell with the tag "x"/],
  [["fails.ipynb", "slow.ipynb", "--out", "one.ipynb"], /one file for 2 notebooks/],
])("%o is refused", ([file, ...rest], message) => {
  const { stderr, status } = run(
    join(folder, file as string),
    ...rest.map((word) => word.replace(/^slow/, `${folder}/slow`)),
  );
  expect(stderr).toMatch(message);
  expect(status).toBe(1);
});

test("a notebook in another language is refused", () => {
  const path = write("python.ipynb", [code("print(1)")], {
    kernelspec: { name: "python3", language: "python" },
  });
  expect(run(path).stderr).toMatch(/is a notebook for python \(kernel python3\), Ringlab runs TypeScript/);
});
