/** Judging: tolerances, orders, and what cannot be read. */
import { describe, expect, test } from "vitest";
import type { Row as Measured } from "../../src/experiments/index.ts";
import { choose, compare, type Figure, type Order, type Paper, type Row } from "../../src/fidelity/index.ts";
import { ascends, within } from "../../src/fidelity/judge.ts";

const verified = { level: "primary", source: "made up" } as const;
const nano = (benchmark: string) => ({
  experiment: "nanobenchmarks",
  settings: { system: "native" },
  where: { benchmark },
  column: "cycles",
});
const common = { place: "", what: "", verified, basis: "prediction", unit: "cycles" } as const;
const figure = (change: Partial<Figure> = {}): Figure => ({
  ...common,
  kind: "figure",
  id: "x-a",
  published: 100,
  tolerance: { relative: 0.25 },
  ours: nano("in"),
  ...change,
});
const order = (...benchmarks: string[]): Order => ({
  ...common,
  kind: "order",
  id: "x-o",
  ascending: benchmarks.map((label) => ({ label, ours: nano(label) })),
});

async function judged(row: Row, measured: readonly Measured[] | Error) {
  let runs = 0;
  const paper: Paper = { id: "x", citation: "", setup: "", rows: [row] };
  const [compared] = await compare([paper], async () => {
    runs++;
    if (measured instanceof Error) throw measured;
    return measured;
  });
  return { ...compared!.rows[0]!.judgement, runs };
}
const MEASURED = [
  { benchmark: "in", cycles: 120 },
  { benchmark: "pgfault", cycles: 300 },
  { benchmark: "divzero", cycles: 300 },
];

describe("a figure", () => {
  test.each([
    [75, true],
    [74.9, false],
    [125, true],
    [125.1, false],
  ])("of 100 ±25 %% and ours is %d: %s", (ours, holds) => {
    expect(within({ published: 100, tolerance: { relative: 0.25 } }, ours)).toBe(holds);
  });

  test("with an absolute tolerance", () => {
    expect(within({ published: 17, tolerance: { absolute: 0 } }, 17)).toBe(true);
    expect(within({ published: 17, tolerance: { absolute: 0 } }, 18)).toBe(false);
  });

  test("is read from the row that it names", async () => {
    expect(await judged(figure(), MEASURED)).toEqual({ verdict: "ok", ours: [120], ratio: 1.2, runs: 1 });
    expect(await judged(figure({ ours: nano("pgfault") }), MEASURED)).toMatchObject({ verdict: "out" });
  });

  test("made of two readings runs a point that both share once", async () => {
    const ratio = figure({ published: 2.5, ours: { ratio: [nano("pgfault"), nano("in")] } });
    expect(await judged(ratio, MEASURED)).toMatchObject({ verdict: "ok", ours: [2.5], runs: 1 });
    const difference = figure({ published: 180, ours: { difference: [nano("pgfault"), nano("in")] } });
    expect(await judged(difference, MEASURED)).toMatchObject({ ours: [180] });
  });

  test("that counts different values", async () => {
    const count = { ...nano("in"), where: { cycles: 300 }, column: "benchmark", take: "distinct" as const };
    expect(await judged(figure({ published: 2, ours: count }), MEASURED)).toMatchObject({ ours: [2] });
  });
});

describe("an order", () => {
  test("holds strictly or not at all", async () => {
    expect([ascends([1, 2, 3]), ascends([1, 1]), ascends([2, 1]), ascends([7])]).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect(await judged(order("in", "pgfault"), MEASURED)).toMatchObject({ verdict: "ok", ours: [120, 300] });
    expect(await judged(order("pgfault", "divzero"), MEASURED)).toMatchObject({ verdict: "out" });
  });
});

describe("what cannot be read says why", () => {
  test.each<[string, Row, string]>([
    [
      "no such system",
      figure({ ours: { ...nano("in"), settings: { system: "cp-67" } } }),
      "system: cp-67 is not",
    ],
    ["no such experiment", figure({ ours: { ...nano("in"), experiment: "nano" } }), "no experiment nano"],
    [
      "no such row",
      figure({ ours: nano("cr8wr") }),
      "nanobenchmarks has nothing at system=native benchmark=cr8wr",
    ],
    [
      "nothing to run",
      { ...common, kind: "absent", id: "x-n", published: "3", because: "no disk" },
      "no disk",
    ],
  ])("%s", async (_, row, because) => {
    expect(await judged(row, MEASURED)).toMatchObject({
      verdict: "not runnable",
      because: expect.stringContaining(because),
    });
  });

  test("an experiment that breaks is a failure, not an excuse", async () => {
    expect(await judged(figure(), new Error("the guest hangs"))).toMatchObject({
      verdict: "failed",
      because: "the guest hangs",
    });
  });

  test("a reading of several rows is our mistake", async () => {
    expect(await judged(figure(), [...MEASURED, ...MEASURED])).toMatchObject({
      verdict: "failed",
      because: expect.stringMatching(/^invariant: cycles of nanobenchmarks .* not one number but 2 rows/),
    });
  });
});

describe("rows are chosen", () => {
  const ids = (...asked: string[]) => choose(asked).flatMap(({ rows }) => rows.map(({ id }) => id));
  test("by id, by the beginning of ids, or all", () => {
    expect(ids("aa06-in-bt")).toEqual(["aa06-in-bt"]);
    expect(ids("aa06-in")).toEqual(["aa06-in-native", "aa06-in-bt", "aa06-in-vtx", "aa06-in-order"]);
    expect(ids("robin00", "aa06-in-bt")).toEqual(["robin00-17", "aa06-in-bt"]);
    expect(ids().length).toBeGreaterThan(50);
  });
  test("a wrong id is answered with the nearest", () => {
    expect(() => choose(["aa06-in-bx"])).toThrow("there is no row aa06-in-bx; did you mean aa06-in-bt?");
    expect(() => choose([""])).toThrow("there is no row ");
  });
});
