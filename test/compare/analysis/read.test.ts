import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readRun } from "../../../src/compare/analysis/read.ts";
import { goodRun, writeRun } from "../synthetic.ts";

test("what was written is read, in the order in which it ran", () => {
  const run = goodRun();
  expect(readRun(writeRun(run))).toEqual(run);
});

test("a later line of the same repetition replaces an earlier one", () => {
  const run = goodRun();
  const folder = writeRun(run);
  const again = { ...run.repetitions[3]!, wall: 99, position: 1000 };
  appendFileSync(join(folder, "repetitions.jsonl"), `${JSON.stringify(again)}\n`);
  const read = readRun(folder).repetitions;
  expect(read).toHaveLength(run.repetitions.length);
  expect(read.at(-1)).toEqual(again);
});

test("a torn last line is an interruption, a torn line in the middle is an error", () => {
  const folder = writeRun(goodRun());
  const file = join(folder, "repetitions.jsonl");
  const whole = readFileSync(file, "utf8");
  writeFileSync(file, whole.slice(0, -40));
  expect(readRun(folder).torn).toBe(true);
  expect(readRun(folder).repetitions).toHaveLength(goodRun().repetitions.length - 1);
  writeFileSync(file, `${whole.slice(0, 40)}\n${whole}`);
  expect(() => readRun(folder)).toThrow(/repetitions\.jsonl line 1 is not JSON/);
});

test("no run at all", () =>
  expect(() => readRun("/nowhere")).toThrow(/run\.json cannot be read \(ENOENT\): give/));

test("samples that are gone are no samples", () => {
  const run = goodRun();
  const folder = writeRun(run);
  rmSync(join(folder, run.repetitions[0]!.samples!));
  expect(readRun(folder).samples.size).toBe(run.samples.size - 1);
});

const facts = (change: object) => ({ ...goodRun(), facts: { ...goodRun().facts, ...change } as never });
const line = (change: object) => {
  const run = goodRun();
  Object.assign(run.repetitions[1]!, change);
  return run;
};

test.each([
  ["another format", facts({ format: "2" }), /run\.json: format: /],
  ["no repetitions planned", facts({ repetitions: 0 }), /run\.json: repetitions: /],
  [
    "a name for a path",
    line({ target: "../x" }),
    /repetitions\.jsonl line 2: target: 1 to 40 letters, digits/,
  ],
  ["a log elsewhere", line({ log: "../../etc/passwd" }), /line 2: log: a file of raw\/ is expected/],
  ["samples beside the folder", line({ samples: "raw/.." }), /line 2: samples: a file of raw\/ is expected/],
  ["a figure that is none", line({ metrics: { seconds: "9" } }), /line 2: metrics\.seconds: /],
  ["a target of another run", line({ target: "xen" }), /xen, .* is not in run\.json/],
  [
    "two targets of one name",
    facts({ targets: Array(2).fill(goodRun().facts.targets[0]) }),
    /two of the targets are named host/,
  ],
  [
    "a scenario that no file could have asked for",
    facts({ scenarios: [{ ...goodRun().facts.scenarios[0], seconds: 0 }] }),
    /run\.json: scenarios\.0\.seconds: /,
  ],
])("%s", (_what, run, says) => expect(() => readRun(writeRun(run))).toThrow(says));
