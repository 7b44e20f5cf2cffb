import { expect, test } from "vitest";
import { Io } from "../../../../../src/virt/os/cgroup/controllers/io.ts";

const MEGA = 1e6;

test("a burst goes at once, and the rest by the rate", () => {
  const io = new Io(undefined);
  io.buckets("8:0").rbps.rate = MEGA;
  const times = Array.from({ length: 20 }, () => io.begin("8:0", "r", 20_000, 0));
  expect(times.slice(0, 6).every((at) => at === 0)).toBe(true);
  expect(times[19]).toBeCloseTo(19 * 20_000 - 100_000, 3);
  // Another direction, and another device, are others' limits.
  expect(io.begin("8:0", "w", MEGA, 0)).toBe(0);
  expect(io.begin("8:16", "r", MEGA, 0)).toBe(0);
});

test("groups of one parent share its rate", () => {
  const parent = new Io(undefined);
  parent.buckets("8:0").wiops.rate = 100;
  const [a, b] = [new Io(parent), new Io(parent)];
  let last = 0;
  for (let i = 0; i < 100; i++) last = Math.max(a.begin("8:0", "w", 1, 0), b.begin("8:0", "w", 1, 0));
  expect(last).toBeCloseTo(1_890_000, 3);
});
