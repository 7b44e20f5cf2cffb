/** Real Jupyter runs our notebooks through the installed kernelspecs, and shows what `ringlab run` shows. */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { executeNotebook } from "../../src/kernel/execute.ts";
import { installSpec } from "../../src/kernel/install.ts";
import { type CellOutput, isCode, type Notebook, parseNotebook } from "../../src/kernel/notebook.ts";
import { readNotebook, writeNotebook } from "../../src/kernel/notebook-file.ts";
import { SPECS } from "../../src/kernel/specs.ts";
import { lacks } from "../support/needs.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const SMALL = join(ROOT, "test/fixtures/notebooks/small.ipynb");
const shipped = join(ROOT, "notebooks");
const NOTEBOOKS = [
  SMALL,
  ...(existsSync(shipped) ? readdirSync(shipped) : [])
    .filter((name) => name.endsWith(".ipynb"))
    .map((name) => join(shipped, name)),
];

const work = mkdtempSync(join(tmpdir(), "ringlab-nbclient-"));
const data = join(work, "jupyter");
const PYTHON = `
import nbformat, sys
from nbclient import NotebookClient
source, target, kernel, cwd = sys.argv[1:]
nb = nbformat.read(source, 4)
NotebookClient(nb, timeout=120, kernel_name=kernel, allow_errors=True, resources={"metadata": {"path": cwd}}).execute()
nbformat.write(nb, target)
`;

async function byNbclient(path: string, kernel: string): Promise<Notebook> {
  const target = join(work, `${kernel}-${basename(path)}`);
  const env = { ...process.env, JUPYTER_DATA_DIR: data, IPYTHONDIR: work, JUPYTER_CONFIG_DIR: work };
  await promisify(execFile)("/usr/bin/python3", ["-c", PYTHON, path, target, kernel, dirname(path)], { env });
  return readNotebook(target);
}

async function byUs(path: string, kernel: string): Promise<Notebook> {
  const spec = SPECS.find(({ name }) => name === kernel)!;
  const options = { spec, cwd: dirname(path), timeoutMs: 120_000, keepGoing: true };
  return (await executeNotebook(readNotebook(path), options)).notebook;
}

/** Older nbclient leaves consecutive pieces of a stream apart; display ids are random. */
function comparable(outputs: CellOutput[]): unknown[] {
  const joined: CellOutput[] = [];
  for (const output of outputs) {
    const last = joined.at(-1);
    const goesOn =
      output.output_type === "stream" && last?.output_type === "stream" && last.name === output.name;
    if (goesOn) last.text += output.text;
    else joined.push({ ...output });
  }
  return joined;
}
const shown = (notebook: Notebook) =>
  notebook.cells.filter(isCode).map((cell) => ({
    source: cell.source.split("\n")[0],
    outputs: comparable(cell.outputs),
  }));

beforeAll(async () => {
  for (const spec of SPECS) await installSpec(spec, data);
});
afterAll(() => rmSync(work, { recursive: true }));

describe.each(NOTEBOOKS.map((path) => [basename(path), path]))("%s", (_name, path) => {
  const runs = new Map<string, Promise<Notebook>>();
  const ours = (kernel: string) => {
    if (!runs.has(kernel)) runs.set(kernel, byUs(path, kernel));
    return runs.get(kernel)!;
  };

  test("shows the same under both kernels", { timeout: 120_000 }, async () => {
    const [own, tslab] = SPECS.map(({ name }) => name) as [string, string];
    expect(shown(await ours(tslab))).toEqual(shown(await ours(own)));
  });

  test.skipIf(lacks("nbclient", import.meta.url)).each(SPECS.map(({ name }) => name))(
    "nbclient shows the same under %s",
    { timeout: 120_000 },
    async (kernel) => {
      const jupyter = await byNbclient(path, kernel);
      const mine = await ours(kernel);
      expect(shown(jupyter)).toEqual(shown(mine));
      expect(jupyter.metadata.language_info).toEqual(mine.metadata.language_info);
    },
  );
});

test("what we write, Jupyter would write the same", async () => {
  const path = join(work, "again.ipynb");
  await writeNotebook(path, parseNotebook(readFileSync(SMALL)));
  const text = readFileSync(path, "utf8");
  await writeNotebook(path, readNotebook(path));
  expect(readFileSync(path, "utf8")).toBe(text);
});
