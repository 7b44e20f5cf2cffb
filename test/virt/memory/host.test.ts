import { describe, expect, test } from "vitest";
import { Host, PAGE_BYTES, type Vm } from "../../../src/virt/memory/index.ts";

const at = (gpn: number) => gpn * PAGE_BYTES;
const rig = (frames: number, ...sizes: number[]) => {
  const host = new Host({ frames, seed: 2 });
  return { host, vms: sizes.map((pages, n) => host.create({ name: `vm${n}`, pages, most: pages + 4 })) };
};
const fill = (vm: Vm) => {
  for (let gpn = 0; gpn < vm.pages; gpn++) vm.write32(at(gpn), 100 + gpn);
};

test("static allocation takes every frame at once", () => {
  const { host, vms } = rig(20, 8);
  host.reserve(vms[0]!);
  expect([vms[0]!.resident, host.frames.free]).toEqual([8, 20 - 4 - 8]);
});

test("static allocation does not overcommit", () => {
  const { host, vms } = rig(22, 8, 8);
  host.reserve(vms[0]!);
  expect(() => host.reserve(vms[1]!)).toThrow("vm1 needs 8 frames, and 6 are free");
  expect([vms[1]!.resident, host.frames.free]).toEqual([0, 6]);
});

describe("where there is no memory", () => {
  test("reads are ones and writes go nowhere", () => {
    const { vms } = rig(20, 8);
    for (const gpa of [at(8), at(12), at(1 << 20), -4]) {
      vms[0]!.write32(gpa, 5);
      expect(vms[0]!.read32(gpa)).toBe(-1);
    }
  });
});

describe("host swapping", () => {
  test("gives back what was written, and tells double paging apart", () => {
    const { host, vms } = rig(20, 4);
    fill(vms[0]!);
    for (let gpn = 0; gpn < 4; gpn++) host.pages.swapOut(vms[0]!, gpn);
    expect([host.swap.used, vms[0]!.resident, vms[0]!.swapped]).toEqual([4, 0, 4]);
    expect(vms[0]!.read32(at(2))).toBe(102);
    vms[0]!.readPage(3, new Uint8Array(PAGE_BYTES));
    expect(vms[0]!.counts).toMatchObject({ swapIns: 2, doublePaged: 1 });
    expect([host.ledger.count("diskRead"), host.ledger.count("diskWrite")]).toEqual([2, 4]);
  });

  test("takes pages at random, alone before shared", () => {
    const { host, vms } = rig(20, 6);
    fill(vms[0]!);
    vms[0]!.write32(at(1), 100);
    host.sharing.share(1, host.sharing.frame(0));
    const order = Array.from({ length: 6 }, () => {
      const before = new Set(
        [0, 1, 2, 3, 4, 5].filter((gpn) => host.pages.frame(vms[0]!, gpn) === undefined),
      );
      host.swapOut(vms[0]!);
      return [0, 1, 2, 3, 4, 5].find(
        (gpn) => host.pages.frame(vms[0]!, gpn) === undefined && !before.has(gpn),
      )!;
    });
    expect(order.slice(4).sort()).toEqual([0, 1]);
    expect(order.slice(0, 4)).not.toEqual([2, 3, 4, 5]);
    expect(host.swapOut(vms[0]!)).toBe(false);
  });

  test("cannot make room where everything is pinned or gone, and says so", () => {
    const host = new Host({ frames: 4 });
    const vm = host.create({ name: "vm", pages: 2 });
    expect(() => vm.read32(0)).toThrow("out of memory: the host has no frame for page 0 of vm");
  });
});

describe("the balloon's channel", () => {
  test("gives frames to the host, one exit a batch, and gets zeros back", () => {
    const { host, vms } = rig(20, 8);
    fill(vms[0]!);
    host.channel(vms[0]!).give([1, 2, 3]);
    expect([vms[0]!.resident, vms[0]!.ballooned, host.ledger.count("exit")]).toEqual([5, 3, 1]);
    host.channel(vms[0]!).take([2]);
    expect([vms[0]!.read32(at(2)), vms[0]!.ballooned]).toEqual([0, 2]);
  });

  test("does not believe a hostile guest", () => {
    const { host, vms } = rig(20, 8);
    fill(vms[0]!);
    const channel = host.channel(vms[0]!);
    channel.give([1, 1, 1, -5, 8, 99, Number.NaN, 1.5]);
    channel.take([2, 8, 99]);
    expect([vms[0]!.ballooned, vms[0]!.read32(at(2)), vms[0]!.read32(at(8))]).toEqual([1, 102, -1]);
    expect(vms[0]!.read32(at(1))).toBe(0);
    expect([vms[0]!.ballooned, vms[0]!.counts.popped]).toEqual([0, 1]);
  });
});

describe("hot-plug", () => {
  test("new memory is zeros, and memory that went is not there", () => {
    const { host, vms } = rig(30, 4);
    fill(vms[0]!);
    host.plug(vms[0]!, 2);
    expect([vms[0]!.pages, vms[0]!.read32(at(5))]).toEqual([6, 0]);
    vms[0]!.write32(at(5), 9);
    host.unplug(vms[0]!, 3);
    expect([vms[0]!.pages, vms[0]!.resident, vms[0]!.read32(at(5)), vms[0]!.read32(at(3))]).toEqual([
      3, 3, -1, -1,
    ]);
    host.plug(vms[0]!, 3);
    expect([vms[0]!.read32(at(5)), vms[0]!.read32(at(3)), vms[0]!.read32(at(2))]).toEqual([0, 0, 102]);
  });

  test("goes no farther than was agreed", () => {
    const { host, vms } = rig(30, 4);
    expect(() => host.plug(vms[0]!, 5)).toThrow("vm0 has 4 pages and room for 8, not for 5 more");
    expect(() => host.unplug(vms[0]!, 5)).toThrow("vm0 has 4 pages, not 5");
    expect(() => host.create({ name: "odd", pages: 2.5 })).toThrow("machine odd: 2.5 pages");
  });
});

test("teardown leaves nothing but free frames and empty slots", () => {
  const { host, vms } = rig(24, 8, 8);
  for (const vm of vms) fill(vm);
  vms[1]!.write32(at(0), 100);
  for (let page = 0; page < 24; page++) {
    const vm = vms.find(({ first, most }) => page >= first && page < first + most)!;
    if (host.pages.frame(vm, page - vm.first) !== undefined) host.sharer.scan(page, host.sharing);
  }
  host.pages.swapOut(vms[0]!, 4);
  for (const vm of [...vms]) host.destroy(vm);
  expect([host.frames.free, host.swap.used, host.vms]).toEqual([24, 0, []]);
});
