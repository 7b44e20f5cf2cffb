/** What leaves a guest for a packet is counted, by reason; the data are the same on all paths (the experiment checks the hash in every run). */
import { describe, expect, test } from "vitest";
import { run, type Settings } from "../../src/experiments/index.ts";
import { netPaths } from "../../src/experiments/net-paths.ts";

interface Row {
  readonly path: string;
  readonly batch: number;
  readonly exits: number;
  readonly registers: number;
  readonly ports: number;
  readonly interrupts: number;
  readonly halts: number;
  readonly hypercalls: number;
  readonly switches: number;
  readonly others: number;
  readonly copies: number;
  readonly work: number;
  readonly time: number;
  readonly throughput: number;
}
const measure = (settings: Settings) => run(netPaths, settings) as unknown as readonly Row[];
const rows = measure({ depth: 16, batch: [1, 16] });
const at = (path: string, batch: number): Row => {
  const row = rows.find((one) => one.path === path && one.batch === batch);
  if (row === undefined) throw new Error(`no row ${path} ${batch}`);
  return row;
};

test("every exit has a reason, and a bare machine has none", () => {
  for (const { path, exits, registers, ports, interrupts, halts, hypercalls, others } of rows) {
    expect(registers + ports + interrupts + halts + hypercalls + others, path).toBeCloseTo(exits, 10);
    if (path.startsWith("native")) expect(exits).toBe(0);
    else expect(exits).toBeGreaterThan(0);
  }
});

test("a para-virtual card shares a kick among a batch; the same PCI interface passed through exits for no kick", () => {
  // With 16 outstanding the driver tells of each, or once: 1 or 1/16 of a kick.
  expect(at("virtio", 1).registers - at("virtio", 16).registers).toBeGreaterThan(0.85);
  expect(at("virtio", 16).exits).toBeLessThan(at("emulated", 16).exits);
  expect(at("assigned-virtio", 1).registers).toBeLessThan(at("virtio", 1).registers);
  // What is left of its registers is the local APIC's EOI, which posted interrupts end, too.
  expect(at("exitless", 1).registers).toBe(0);
  expect(at("exitless", 1).interrupts).toBe(0);
});

test("a card that the hypervisor plays copies each packet each way; a card that is passed through reaches memory", () => {
  // 60 bytes are a line; virtio's header of 12 makes two of what arrives.
  expect(at("emulated", 1).copies).toBe(2);
  expect(at("virtio", 1).copies).toBe(3);
  for (const path of ["assigned", "assigned-virtio", "exitless"]) expect(at(path, 1).copies).toBe(0);
});

test("behind a split driver Domain 0 copies each packet each way, and events and turns are shared by a batch", () => {
  expect(at("xen", 1).copies).toBe(2);
  expect(at("xen", 1).hypercalls).toBeGreaterThanOrEqual(1);
  expect(at("xen", 16).hypercalls).toBeLessThan(0.1);
  expect(at("xen", 16).switches).toBeLessThan(at("xen", 1).switches / 4);
  expect(at("xen", 16).throughput).toBeGreaterThan(1.5 * at("xen", 1).throughput);
});

test("work falls from path to path, and with it the throughput of small packets rises until the wire is full", () => {
  const order = ["emulated", "virtio", "assigned", "assigned-virtio", "native-virtio"];
  for (const [i, path] of order.slice(1).entries())
    expect(at(path, 16).work, path).toBeLessThan(at(order[i] as string, 16).work);
  expect(at("virtio", 16).throughput).toBeGreaterThan(1.1 * at("emulated", 16).throughput);
  expect(at("assigned", 16).throughput).toBeGreaterThan(1.1 * at("virtio", 16).throughput);
  // 60 bytes of 84 on the wire, at most.
  for (const { path, throughput, time, work } of rows) {
    expect(throughput, path).toBeLessThan((1000 * 60) / 84);
    expect(time).toBeGreaterThanOrEqual(work);
  }
});

describe("elsewhere", () => {
  test("under shadow paging a register is a page fault, and the data are the same", () => {
    const [emulated, virtio, ...more] = measure({
      ...{ path: ["emulated", "virtio", "assigned"], paging: "shadow" },
      ...{ depth: 4, batch: 4 },
    });
    expect(more).toEqual([]);
    expect(emulated?.registers).toBeGreaterThan(virtio?.registers as number);
    expect(virtio?.registers).toBeGreaterThan(0.25);
  });

  test("a guest that never sleeps, and whose interrupts are posted, never leaves", () => {
    const [row] = measure({ path: "exitless", wait: "spin", depth: 16, batch: 16 });
    expect(row?.exits).toBeLessThan(0.1);
  });

  test("an interrupt that is posted while the guest goes to sleep wakes it", () => {
    const [row] = measure({ path: "exitless", depth: 64, batch: 4 });
    expect(row?.halts).toBeGreaterThan(0);
  });

  test.each(["send", "receive"])("big packets keep the wire busy: %s", (workload) => {
    const [row] = measure({ path: "exitless", workload, size: 1512, depth: 32, batch: 8 });
    // 1512 bytes of 1536 on the wire, at most.
    expect(row?.throughput).toBeGreaterThan(850);
    expect(row?.throughput).toBeLessThan((1000 * 1512) / 1536);
  });
});
