/** RINGLAB_FRAGMENTS=100000 for a campaign, RINGLAB_SEED for where it begins. */
import { expect, test } from "vitest";
import { emulation } from "../../../../src/virt/cpu/emulate/engine.ts";
import { Differential, explain } from "../../support/fragments/differential.ts";

const COUNT = Number(process.env.RINGLAB_FRAGMENTS ?? 80);
const FIRST = Number(process.env.RINGLAB_SEED ?? 1);

test(`${COUNT} random fragments of kernel code do the same as on the bare machine`, () => {
  // So little memory that the translations are thrown away several times.
  const differential = new Differential(emulation, { apart: true, reserve: 1 << 20 });
  const found = differential.search(FIRST, COUNT);
  expect(found === undefined ? "" : explain(found)).toBe("");
  expect(differential.endless).toBeLessThan(COUNT / 20 + 1);
}, 3_600_000);
