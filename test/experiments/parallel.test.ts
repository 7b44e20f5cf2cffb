/** Threads load built files, so this suite runs what `npm run build` made. */
import { expect, test } from "vitest";
import type * as Built from "../../src/experiments/index.ts";
import { EXPERIMENTS } from "./dice.fixture.mjs";

const built = new URL("../../dist/src/experiments/index.js", import.meta.url).href;
const { grid, run, runParallel } = (await import(built)) as typeof Built;
const module = new URL("./dice.fixture.mjs", import.meta.url).href;
const dice = EXPERIMENTS[0]!;

async function collect(
  kind: string,
  options: { workers: number; signal?: AbortSignal; onDone?: () => void },
) {
  const rows = [];
  const jobs = grid(dice, { kind }, { seeds: 4 });
  for await (const some of runParallel("dice", jobs, { module, ...options })) rows.push(...some);
  return rows;
}

test.each([1, 2, 5, 100])("%d threads give the rows of one after the other, in order", async (workers) => {
  let done = 0;
  const rows = await collect("fair", { workers, onDone: () => done++ });
  expect(rows).toEqual(run(dice, { kind: "fair" }, { seeds: 4 }));
  expect(done).toBe(12);
});

test("the first failure in order is thrown, whichever thread saw one first", async () => {
  await expect(collect("broken", { workers: 2 })).rejects.toThrow(
    "dice failed at sides=6 kind=broken seed=7: the die broke",
  );
});

test("an endless run is ended from outside", async () => {
  const signal = AbortSignal.timeout(300);
  await expect(collect("endless", { workers: 2, signal })).rejects.toThrow("timeout");
});

test("an experiment that its module does not have is named", async () => {
  const rows = runParallel("coins", [{ point: {}, seed: 0 }], { workers: 1, module });
  await expect(rows.next()).rejects.toThrow("has no experiment coins");
});
