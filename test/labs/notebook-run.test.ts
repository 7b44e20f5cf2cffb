/** Lab 01 from end to end without a browser: as the student opens it, and with the solution in place. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import type { CodeCell, Notebook } from "../../src/course/build/notebook.ts";

const ROOT = join(import.meta.dirname, "../..");
const NOTEBOOK = join(ROOT, "notebooks/01-popek-goldberg.ipynb");
const FOLDER = mkdtempSync(join(tmpdir(), "ringlab-lab-"));
afterAll(() => rmSync(FOLDER, { recursive: true }));

/** Runs the notebook; gives the text that each code cell shows, by the cell's id. */
async function run(kernel: string, ...more: string[]): Promise<Record<string, string>> {
  const out = join(FOLDER, `${kernel}-${more.length}.ipynb`);
  const command = [join(ROOT, "bin/ringlab.js"), "run", NOTEBOOK, "--kernel", kernel, "--out", out, ...more];
  await promisify(execFile)(process.execPath, command, { cwd: ROOT });
  const { cells } = JSON.parse(readFileSync(out, "utf8")) as Notebook;
  const code = cells.filter((cell) => cell.cell_type === "code");
  return Object.fromEntries(code.map(({ id, outputs }) => [id, outputs.map(plain).join("\n")]));
}

const plain = ({ data }: { data?: Record<string, unknown> }) => [data?.["text/plain"] ?? ""].flat().join("");

function committed(id: string): CodeCell {
  const { cells } = JSON.parse(readFileSync(NOTEBOOK, "utf8")) as Notebook;
  return cells.find((cell): cell is CodeCell => cell.cell_type === "code" && cell.id === id)!;
}

const STEPS = ["control", "privileged", "location", "mode", "verdict"];

// Under tslab it shows the same: test/kernel/nbclient.test.ts.
test("with the starter it runs to its end, and every check helps", { timeout: 60_000 }, async () => {
  const shown = await run("ringlab");
  for (const step of STEPS) {
    expect(shown[`check-${step}`]).toMatch(/✗[\s\S]*expected[\s\S]*actual[\s\S]*clause C\d/);
    expect(shown[`check-${step}`]).not.toContain("Result {");
  }
  expect(shown.prediction).toContain("No prediction yet");
  expect(shown.opening).toBe(plain(committed("opening").outputs[0]!));
});

test.each(["ringlab", "ringlab-tslab"])(
  "with the solution every check passes under %s, and the verdicts are right",
  { timeout: 60_000 },
  async (kernel) => {
    const solution = `component=${join(ROOT, "labs/01-popek-goldberg/solution.ts")}`;
    const shown = await run(kernel, "--replace", solution);
    for (const cell of [...STEPS.map((step) => `check-${step}`), "unseen"]) {
      expect(shown[cell]).toMatch(/(\d+) of \1 checks pass/);
      expect(shown[cell]).not.toContain("✗");
    }
    expect(shown.map).toMatch(/S\/360-like +yes +nothing +yes +nothing/);
    expect(shown.map).toMatch(/PDP-10-like +no +JRST1 +yes +nothing/);
    expect(shown["break-it"]).toMatch(/S\/360 with GETM +no +GETM +yes/);
  },
);
