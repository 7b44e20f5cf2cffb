/** RINGLAB_FRAGMENTS=100000 runs more of them, RINGLAB_SEED others. */
import { expect, test } from "vitest";
import { emulation } from "../../../../src/virt/cpu/emulate/engine.ts";
import { Differential, explain } from "../../support/fragments/differential.ts";

const COUNT = Number(process.env.RINGLAB_FRAGMENTS ?? 300);
const SEED = Number(process.env.RINGLAB_SEED ?? 1);

test(`${COUNT} fragments of kernel code are the same when all of them is translated`, { timeout: 3_600_000 }, () => {
  const differential = new Differential(emulation, { apart: true });
  const found = differential.search(SEED, COUNT);
  expect(found && explain(found)).toBeUndefined();
  expect(differential.endless).toBeLessThan(COUNT / 20);
});
