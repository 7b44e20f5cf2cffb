import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BalloonDriver, GuestDisk, GuestOs, Host, PAGE_BYTES } from "../../../../src/virt/memory/index.ts";

function boot(pages: number, frames = pages + 40, most = pages) {
  const host = new Host({ frames });
  const vm = host.create({ name: "vm", pages, most });
  const disk = new GuestDisk(1, host.ledger);
  const os = new GuestOs(vm, disk, host.ledger, { image: 1, kernel: 4, identity: 9 }, most);
  return { host, vm, disk, os, balloon: new BalloonDriver(os, host.channel(vm), 8) };
}

describe("reclaim", () => {
  test("a file's page is read once, and again when it was evicted; clean pages are not written", () => {
    const { os, disk } = boot(16);
    for (const block of [1, 2, 1, 2]) os.file(block, false);
    expect([disk.reads, os.counts.hits]).toEqual([2, 2]);
    for (let block = 10; block < 40; block++) os.file(block, false);
    os.file(1, false);
    expect([disk.reads, disk.writes]).toEqual([33, 0]);
  });

  test("what was written is written back, and a process's page goes to the swap area and comes back", () => {
    const { os, disk } = boot(16);
    os.file(1, true);
    os.anonymous(5, true);
    os.anonymous(5, true);
    for (let block = 10; block < 40; block++) os.file(block, false);
    expect(disk.writes).toBe(2);
    os.anonymous(5, true);
    os.file(1, false);
    expect(os.counts).toMatchObject({ swapOuts: 1, swapIns: 1 });
  });

  test("the clock spares what is used", () => {
    const { os, disk } = boot(20);
    for (let block = 0; block < 200; block++) {
      os.file(block, false);
      os.anonymous(1, false);
      os.anonymous(2, false);
    }
    expect(os.counts.swapOuts).toBe(0);
    expect(disk.reads).toBe(200);
  });

  test("a process that ends leaves no page behind", () => {
    const { os } = boot(16);
    for (let round = 0; round < 30; round++) {
      os.anonymous(round, true);
      os.discard(round);
    }
    expect(os.counts.evictions).toBe(0);
  });
});

describe("the balloon", () => {
  test("takes free pages first, then what the guest needs least, and stops at the kernel", () => {
    const { os, vm, disk, balloon } = boot(32);
    for (let id = 0; id < 10; id++) os.anonymous(id, true);
    const free = os.usable - 10;
    balloon.setTarget(free);
    expect([vm.ballooned, disk.writes]).toEqual([free, 0]);
    balloon.setTarget(free + 4);
    expect([vm.ballooned, disk.writes]).toEqual([free + 4, 4]);
    balloon.setTarget(1000);
    expect([balloon.size, os.usable]).toEqual([32 - 5, 0]);
    expect(() => os.anonymous(0, true)).toThrow("out of memory: the guest has no page");
    balloon.setTarget(0);
    for (let id = 0; id < 10; id++) os.anonymous(id, false);
    expect(vm.ballooned).toBe(0);
  });

  test("crosses once a batch", () => {
    const { host, balloon } = boot(64);
    const before = host.ledger.count("exit");
    balloon.setTarget(20);
    expect(host.ledger.count("exit") - before).toBe(3);
  });

  test("the kernel's tables stay sized for all the memory", () => {
    const usable = (pages: number) => boot(pages).os.usable;
    const large = boot(2048);
    large.balloon.setTarget(1024);
    expect(large.os.usable).toBeLessThan(usable(1024));
    expect(usable(1024) - large.os.usable).toBe(Math.round((1024 * 75) / PAGE_BYTES));
  });
});

test("double paging: the guest evicts what the host has swapped out", () => {
  const { host, vm, os } = boot(32);
  for (let id = 0; id < 20; id++) os.anonymous(id, true);
  for (let gpn = 0; gpn < 32; gpn++) if (host.pages.frame(vm, gpn) !== undefined) host.pages.swapOut(vm, gpn);
  for (let block = 0; block < 40; block++) os.file(block, false);
  expect(vm.counts.doublePaged).toBe(20);
});

test("a guest that is squeezed from all sides never sees a wrong byte", () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constantFrom("file" as const, "anonymous" as const),
      what: fc.nat(40),
      write: fc.boolean(),
    }),
    fc.record({
      kind: fc.constantFrom("balloon" as const, "swap" as const),
      what: fc.nat(20),
      write: fc.constant(false),
    }),
  );
  const property = fc.property(fc.array(step, { minLength: 50, maxLength: 300, size: "max" }), (steps) => {
    const { host, vm, os, balloon } = boot(32, 30);
    for (const { kind, what, write } of steps)
      if (kind === "balloon") balloon.setTarget(what);
      else if (kind === "swap") host.swapOut(vm);
      else os[kind](what, write);
    return vm.resident + vm.swapped + vm.ballooned <= vm.pages;
  });
  fc.assert(property, { seed: 31, numRuns: 60 });
});
