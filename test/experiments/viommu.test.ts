/** An emulated unit costs an exit for each flush; what is only written to memory costs none, so that batches take the difference away. */
import { expect, test } from "vitest";
import { run } from "../../src/experiments/index.ts";
import { viommu } from "../../src/experiments/viommu.ts";

interface Row {
  readonly unit: string;
  readonly batch: number;
  readonly exits: number;
  readonly cycles: number;
}
const rows = run(viommu, { batch: [1, 250], count: 500 }) as unknown as readonly Row[];
const at = (unit: string, batch: number) =>
  rows.find((row) => row.unit === unit && row.batch === batch) as Row;

test("one exit a flush where the unit is emulated, none where it is there", () => {
  expect(at("hardware", 1).exits).toBe(0);
  expect(at("emulated", 1).exits).toBeCloseTo(1, 1);
  expect(at("emulated", 250).exits).toBeLessThan(0.01);
});

test("flushes that wait take the difference away", () => {
  const [one, many] = [1, 250].map((batch) => at("emulated", batch).cycles - at("hardware", batch).cycles);
  expect(one).toBeGreaterThan(200);
  expect(Math.abs(many as number)).toBeLessThan(0.05 * at("hardware", 250).cycles);
  // The hardware's own flush is waited for.
  expect(at("hardware", 1).cycles - at("hardware", 250).cycles).toBeGreaterThan(1900);
});
