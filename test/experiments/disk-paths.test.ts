/** What leaves a guest for a disk request is counted, and falls from path to path; the data are the same on all (the experiment checks them). */
import { expect, test } from "vitest";
import { diskPaths } from "../../src/experiments/disk-paths.ts";
import { run } from "../../src/experiments/index.ts";

interface Row {
  readonly path: string;
  readonly depth: number;
  readonly batch: number;
  readonly exits: number;
  readonly ports: number;
  readonly registers: number;
  readonly interrupts: number;
  readonly halts: number;
  readonly hypercalls: number;
  readonly switches: number;
  readonly others: number;
  readonly copies: number;
  readonly work: number;
  readonly time: number;
}
const rows = run(diskPaths, { depth: [1, 16], batch: [1, 16] }) as unknown as readonly Row[];
/** Told of each alone, or all that are outstanding told of at once. */
const at = (path: string, batch: number, depth = batch): Row => {
  const row = rows.find((one) => one.path === path && one.batch === batch && one.depth === depth);
  if (row === undefined) throw new Error(`no row ${path} ${batch} ${depth}`);
  return row;
};

test("every exit has a reason", () => {
  for (const { path, exits, registers, ports, interrupts, halts, hypercalls, others } of rows)
    expect(registers + ports + interrupts + halts + hypercalls + others, path).toBeCloseTo(exits, 10);
});

test("behind a split driver a request is an event, Domain 0's turn twice, and no copy; a batch shares events and turns", () => {
  expect(at("xen", 1)).toMatchObject({ hypercalls: 1, registers: 0, copies: 0 });
  // There and back for the request, there and back for the disk's interrupt, of which one way back is not taken by who sleeps.
  expect(at("xen", 1).switches).toBeGreaterThan(3);
  expect(at("xen", 16).hypercalls).toBeLessThan(0.1);
  expect(at("xen", 16).switches).toBeLessThan(at("xen", 1).switches - 1);
  expect(at("xen", 16).work).toBeLessThan(at("xen", 1).work);
  for (const batch of [1, 16]) expect(at("xen", batch).work).toBeGreaterThan(at("virtio", batch).work);
});

test("with more outstanding the disk never waits for the guest; no path exits more for it", () => {
  for (const path of ["native", "emulated", "virtio", "assigned", "exitless"]) {
    expect(at(path, 1, 16).time, path).toBeLessThan(at(path, 1, 1).time);
    expect(at(path, 1, 16).exits, path).toBeLessThan(at(path, 1, 1).exits + 0.05);
  }
});

test("an emulated controller exits for each register, and a batch does not help it", () => {
  expect(at("native", 1).exits).toBe(0);
  expect(at("emulated", 1).exits).toBeGreaterThan(30);
  expect(at("emulated", 16).exits).toBe(at("emulated", 1).exits);
  expect(at("emulated", 1).work).toBeGreaterThan(10 * at("virtio", 1).work);
});

test("a kick is shared by a batch: one exit less for each request that it is shared by", () => {
  expect(at("virtio", 1).exits - at("virtio", 16).exits).toBeGreaterThan(0.9);
  expect(at("virtio", 16).work).toBeLessThan(at("virtio", 1).work);
});

test("virtio copies each line once; an assigned device reaches the guest's memory, and nobody exits for a kick", () => {
  // 8 sectors and the lines of header and status.
  for (const batch of [1, 16]) expect(at("virtio", batch).copies).toBe((8 * 512) / 64 + 2);
  expect(at("assigned", 1).copies).toBe(0);
  // HLT and the interrupt; virtio's kick comes on top.
  for (const path of ["assigned", "virtio"]) expect(Math.floor(at(path, 1).exits)).toBeGreaterThanOrEqual(2);
  expect(at("assigned", 1).work).toBeLessThan(at("virtio", 1).work);
  expect(at("assigned", 16).exits).toBe(at("assigned", 1).exits);
});

test("an interrupt that is posted is no exit, so that a guest that never sleeps never leaves", () => {
  expect(at("exitless", 1).exits).toBeLessThan(at("assigned", 1).exits - 0.9);
  const [busy] = run(diskPaths, {
    path: ["exitless"],
    depth: 1,
    batch: 1,
    wait: "spin",
  }) as unknown as readonly Row[];
  expect(busy?.exits).toBeLessThan(0.1);
});

test("time is the disk's where it is slower than the processor", () => {
  for (const row of rows) expect(row.time).toBeGreaterThanOrEqual(row.work);
  for (const path of ["native", "assigned", "virtio"]) expect(at(path, 16).time).toBeGreaterThan(10_000);
});
