/** The data: ids, tolerances, and readings that name what exists. */
import { expect, test } from "vitest";
import { experiment, grid } from "../../src/experiments/index.ts";
import { PAPERS, type Paper, type Reading, type Row } from "../../src/fidelity/index.ts";
import { readingsOf } from "../../src/fidelity/measure.ts";

const rows = PAPERS.flatMap(({ rows }) => rows);
const ofKind = (kind: Row["kind"]) => rows.filter((row) => row.kind === kind);

test("ids are unique and begin with their paper's", () => {
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  const astray = (paper: Paper) => paper.rows.filter(({ id }) => !id.startsWith(`${paper.id}-`));
  expect(PAPERS.flatMap(astray)).toEqual([]);
});

test("what was only recalled, or read elsewhere than in the paper, says how sure it is", () => {
  const weak = rows.filter(({ verified }) => ["memory", "secondary"].includes(verified.level));
  expect(weak.length).toBeGreaterThan(0);
  expect(weak.filter(({ verified: { confidence } }) => !(confidence! > 0 && confidence! < 1))).toEqual([]);
});

/** What the issue allows to be fitted; everything else is a prediction. */
const FITTABLE =
  /^(aa06-(ptemod|in|cr8wr|callret|syscall|pgfault)-|xen03-|vmw-ept09-micro$|menon06-transmit$)/;
test("nothing is fitted but what may be", () => {
  expect(rows.filter(({ id, basis }) => basis === "fitted" && !FITTABLE.test(id))).toEqual([]);
});

test("cycles may be off by a quarter, the Xen rows by a tenth, counts not at all", () => {
  const stated = ofKind("figure").map((row) => [row.id, row.kind === "figure" && row.tolerance]);
  const looser = stated.filter(([id, tolerance]) => {
    if (typeof tolerance !== "object") return true;
    const most = String(id).startsWith("xen03") ? 0.1 : 0.25;
    return "relative" in tolerance && tolerance.relative > most;
  });
  expect(looser).toEqual([]);
});

const simple = (reading: Reading): Extract<Reading, { experiment: string }>[] => {
  if ("ratio" in reading) return reading.ratio.flatMap(simple);
  return "difference" in reading ? reading.difference.flatMap(simple) : [reading];
};

test("every reading is of one point and of a column that its experiment has", () => {
  for (const reading of rows.flatMap(readingsOf).flatMap(simple)) {
    const named = experiment(reading.experiment);
    expect(grid(named, reading.settings)).toHaveLength(1);
    const columns = [reading.column, ...Object.keys(reading.where ?? {})];
    expect(columns.filter((key) => !(key in named.columns) && !(key in named.parameters))).toEqual([]);
  }
});
