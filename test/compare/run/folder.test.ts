import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RunFolder } from "../../../src/compare/run/folder.ts";
import type { Measured } from "../../../src/compare/run/repetition.ts";

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), "ringlab-folder-"));
});
afterEach(() => rm(path, { recursive: true, force: true }));

const measured = (position: number): Measured => ({
  log: "what it said\n",
  samples: [{ at: 1, user: 50, system: 1, iowait: 0, steal: 0 }],
  hostSamples: [],
  command: "true",
  repetition: {
    ...{ target: "host", scenario: "one", case: "cpu", warmup: false, index: position, position },
    ...{ started: "2026-01-01T00:00:00.000Z", wall: 1, outcome: "done", metrics: {}, pageCache: "warm" },
    load: { before: 0, after: 1 },
  },
});

test("what is appended is read back, and names its raw files", async () => {
  const folder = await RunFolder.hold(path);
  const record = await folder.append(measured(0));
  expect(await folder.repetitions()).toEqual([record]);
  expect(await readFile(join(path, record.log), "utf8")).toBe("what it said\n");
  expect(await readFile(join(path, record.samples as string), "utf8")).toMatch(/^{"at":1,.*}\n$/);
});

test("a line that was cut off is forgotten, and the next begins a line of its own", async () => {
  const folder = await RunFolder.hold(path);
  const first = await folder.append(measured(0));
  await appendFile(join(path, "repetitions.jsonl"), '{"target":"ho');
  expect(await folder.repetitions()).toEqual([first]);
  const second = await folder.append(measured(1));
  expect(await folder.repetitions()).toEqual([first, second]);
});

test("two runs can't hold one folder; one that died lets go", async () => {
  const folder = await RunFolder.hold(path);
  await expect(RunFolder.hold(path)).rejects.toThrow(`process ${process.pid} is running a comparison`);
  await folder.release();
  await writeFile(join(path, "running"), "4194304\n"); // above every process id
  await (await RunFolder.hold(path)).release();
});

test("a folder of another format is refused", async () => {
  const folder = await RunFolder.hold(path);
  expect(await folder.facts()).toBeUndefined();
  await writeFile(join(path, "run.json"), '{"format":"ringlab-compare-9"}');
  await expect(folder.facts()).rejects.toThrow("of another format");
});
