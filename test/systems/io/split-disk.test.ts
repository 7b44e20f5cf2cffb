import { expect, test } from "vitest";
import { HASWELL } from "../../../src/machine/profiles/haswell.ts";
import { type PageAccess, SPLIT, SplitDisk, type SplitDiskPlan } from "../../../src/systems/io/xen.ts";

const plan = (access: PageAccess, rest: Partial<SplitDiskPlan> = {}): SplitDiskPlan => ({
  ...{ access, depth: 8, bytes: 8192, latency: 0, profile: HASWELL, ...rest },
});

/** 16 requests of two pages, when what is mapped once is mapped. */
function run(given: SplitDiskPlan) {
  const disk = new SplitDisk(given);
  disk.run(given.depth);
  return disk.run(16);
}

test.each([
  // Pages mapped and unmapped, copies, lines; and hypercalls for each request besides those for events.
  ["map", [32, 32, 0, 0], 2],
  ["persistent", [0, 0, 0, 16 * 128], 0],
  ["copy", [0, 0, 32, 16 * 128], 1],
] as const)("%s: what is paid for is what is done", (access, paid, calls) => {
  const { right, lost, work, time, count } = run(plan(access));
  expect([right, lost]).toEqual([16, 0]);
  const events = ["grantMap", "grantUnmap", "grantCopy", "copyLine"] as const;
  expect(events.map(count)).toEqual(paid);
  expect(count("request")).toBe(16);
  expect(count("hypercall")).toBe(16 * calls + count("eventSend"));
  expect(count("upcall")).toBe(count("eventSend"));
  // Nobody waits for a disk that answers at once.
  expect(work).toBe(time);
});

test("a slow disk costs time and no work, as far as nobody is woken for it", () => {
  const at = (latency: number) => run(plan("copy", { latency, holdOff: (outstanding) => outstanding }));
  const [quick, slow] = [at(0), at(50_000)];
  expect(slow.time).toBeGreaterThan(16 * 50_000);
  expect(slow.work).toBe(quick.work);
});

test("whoever grants nothing gets nothing", () => {
  const disk = new SplitDisk(plan("map", { policy: { ...SPLIT, pin: () => "denied" } }));
  expect(disk.run(8).right).toBe(0);
});

test("pages of which the hypervisor forgets that they are in use no more are lost", () => {
  const disk = new SplitDisk(plan("map", { policy: { ...SPLIT, unpin: (_, use) => use } }));
  const { right, lost } = disk.run(8);
  expect([right, lost]).toEqual([8, 16]);
});

test("a back end that always finds something new is not waited for", () => {
  const take: typeof SPLIT.take = (_position, _most, page) => {
    page.copy(0);
    return true;
  };
  const restless = { ...SPLIT, take };
  expect(new SplitDisk(plan("copy", { policy: restless })).run(8).right).toBeLessThan(8);
});
