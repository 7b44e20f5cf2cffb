import { expect, test } from "vitest";
import { BalloonDriver, GuestDisk, GuestOs, Host, HotPlug } from "../../../../src/virt/memory/index.ts";

function boot(pages: number, most: number) {
  const host = new Host({ frames: most + 40 });
  const vm = host.create({ name: "vm", pages, most });
  const disk = new GuestDisk(1, host.ledger);
  const os = new GuestOs(vm, disk, host.ledger, { image: 1, kernel: 4, identity: 9 }, most);
  return { host, vm, disk, os, plug: new HotPlug(host, vm, os, 8) };
}

test("new blocks are used at once, whole ones only, and no more than there is room for", () => {
  const { vm, os, plug } = boot(16, 40);
  expect(plug.resize(35)).toBe(32);
  expect([vm.pages, os.usable]).toEqual([32, 32 - 5]);
  for (let id = 0; id < 24; id++) os.anonymous(id, true);
  expect(os.counts.evictions).toBe(0);
  expect(plug.resize(1000)).toBe(40);
});

test("what is in a block moves to free pages before it goes, and nothing is written to the disk", () => {
  const { host, vm, disk, os, plug } = boot(32, 32);
  for (let id = 0; id < 20; id++) os.anonymous(id, true);
  os.file(3, true);
  // Given back from the beginning, so that free pages lie below those in use.
  for (let id = 0; id < 14; id++) os.discard(id);
  expect(plug.resize(16)).toBe(16);
  expect(os.counts.moves).toBeGreaterThan(0);
  expect([disk.writes, os.counts.evictions]).toEqual([0, 0]);
  for (let id = 14; id < 20; id++) os.anonymous(id, false);
  os.file(3, false);
  expect([vm.pages, vm.resident <= 16, disk.reads]).toEqual([16, true, 1]);
  expect(host.ledger.count("copy")).toBe(os.counts.moves);
});

test("where there is no free page something is evicted, and comes back", () => {
  const { vm, os, plug } = boot(32, 32);
  for (let id = 0; id < 26; id++) os.anonymous(id, true);
  plug.resize(16);
  expect([vm.pages, os.counts.evictions > 0]).toEqual([16, true]);
  for (let id = 0; id < 26; id++) os.anonymous(id, false);
});

test("the kernel's own pages cannot go", () => {
  const { vm, os, plug } = boot(16, 16);
  expect(plug.resize(0)).toBe(8);
  expect([vm.pages, os.usable]).toEqual([8, 3]);
});

test("nor can what the balloon has: it comes back to where it was", () => {
  const { host, vm, os, plug } = boot(32, 32);
  const balloon = new BalloonDriver(os, host.channel(vm));
  balloon.setTarget(20);
  expect(plug.resize(8)).toBe(32);
  balloon.setTarget(0);
  for (let id = 0; id < 26; id++) os.anonymous(id, true);
  for (let id = 0; id < 26; id++) os.anonymous(id, false);
  expect(os.counts.evictions).toBe(0);
});
