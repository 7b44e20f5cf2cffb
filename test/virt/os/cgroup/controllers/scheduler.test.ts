import { expect, test } from "vitest";
import { Cpu } from "../../../../../src/virt/os/cgroup/controllers/cpu.ts";
import { fairCharging } from "../../../../../src/virt/os/cgroup/controllers/cpu-charging.ts";
import { Scheduler } from "../../../../../src/virt/os/cgroup/controllers/scheduler.ts";

const SECOND = 1_000_000;
const runner = (group: Cpu) => ({ group, waiting: false });
function groups(...weights: number[]): Cpu[] {
  const top = new Cpu(undefined);
  return weights.map((weight) => Object.assign(new Cpu(top), { weight }));
}

test("time is divided by weights, whatever the number of processors, as far as threads can use it", () => {
  const [a, b] = groups(300, 100);
  const one = new Scheduler();
  for (const group of [a!, a!, b!]) one.start(runner(group));
  one.run(SECOND);
  expect(a!.used / b!.used).toBeCloseTo(3, 1);
  expect(a!.used + b!.used).toBeCloseTo(SECOND, 0);

  const [c, d] = groups(300, 100);
  const two = new Scheduler(2);
  for (const group of [c!, d!]) two.start(runner(group));
  two.run(SECOND);
  expect([c!.used, d!.used]).toEqual([SECOND, SECOND]);
});

test("a quota is of all processors together", () => {
  const [a] = groups(100);
  a!.limit(50_000, 100_000);
  const scheduler = new Scheduler(2);
  for (let i = 0; i < 2; i++) scheduler.start(runner(a!));
  scheduler.run(SECOND);
  expect(a!.used).toBeCloseTo(SECOND / 2, 0);
  expect(a!.throttled).toBeCloseTo(9 * 75_000, 0);
});

test("who slept has no claim to the time that passed", () => {
  const [a, b] = groups(100, 100);
  const scheduler = new Scheduler();
  scheduler.start(runner(a!));
  scheduler.run(SECOND);
  scheduler.start(runner(b!));
  scheduler.run(SECOND);
  expect(b!.used).toBeCloseTo(SECOND / 2, -4);
});

test("work ends", () => {
  const [a, b] = groups(100, 100);
  const scheduler = new Scheduler();
  const [short, long] = [runner(a!), runner(b!)];
  scheduler.start(short, 100_000);
  scheduler.start(long, 300_000);
  scheduler.run(SECOND);
  expect([a!.used, b!.used]).toEqual([100_000, 300_000]);
  expect(scheduler.used(short)).toBeUndefined();
});

test("charging decides: who is charged nothing keeps the processor", () => {
  const [a, b] = groups(300, 100);
  const scheduler = new Scheduler(1, {
    ...fairCharging,
    charge: (account, ran) => (account.weight === 300 ? account : fairCharging.charge(account, ran)),
  });
  for (const group of [a!, b!]) scheduler.start(runner(group));
  scheduler.run(SECOND);
  expect(b!.used).toBeLessThan(10_000);
  const wrong = new Scheduler(1, { ...fairCharging, refill: () => Number.NaN });
  const [c] = groups(100);
  c!.limit(5000, 100_000);
  wrong.start(runner(c!));
  expect(() => wrong.run(SECOND)).toThrow(/left to a group/);
});
