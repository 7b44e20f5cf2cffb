import { expect, test } from "vitest";
import { Checkpoints } from "../../../src/machine/debug/checkpoints.ts";
import { flat } from "./world.ts";

test("are thinned out, the first and the last stay, and the rest are denser near the end", () => {
  const { machine } = flat("here: inc bx\njmp here");
  const all = new Checkpoints(machine, 10);
  for (let now = 0; now <= 4000; now += 10) {
    all.take(now, 0);
    machine.run({ limit: 10 });
  }
  const kept = all.before(Number.POSITIVE_INFINITY);
  expect(kept.length).toBeLessThanOrEqual(32);
  expect(kept.length).toBeGreaterThan(8);
  expect(kept.at(-1)).toBe(0);
  expect(kept[0]).toBeGreaterThan(3900);
  const gaps = kept.slice(1).map((at, n) => (kept[n] as number) - at);
  expect(gaps[0]).toBeLessThanOrEqual(80);
  expect(Math.max(...gaps.slice(0, 5))).toBeLessThan(Math.max(...gaps.slice(5)));
});

test("the one before a moment comes back, with how many inputs had been", () => {
  const { machine } = flat("here: inc bx\njmp here");
  const all = new Checkpoints(machine, 10);
  machine.run({ limit: 10 });
  all.take(10, 3);
  machine.run({ limit: 10 });
  all.take(20, 4);
  expect(all.restore(19)).toMatchObject({ at: 10, inputs: 3 });
  expect(machine.cpu.r16[3 * 4]).toBe(5);
  all.forgetAfter(15);
  expect(all.restore(100).at).toBe(10);
});
