import { expect, test } from "vitest";
import { type BlockBackend, SECTOR } from "../../../../../src/virt/io/backend.ts";
import { diskBackend } from "../../../../../src/virt/io/block/disk.ts";
import type { PageAccess } from "../../../../../src/virt/io/xen/block/pages.ts";
import { BlkBackDriver, BlkFrontDriver } from "../../../../../src/virt/io/xen/block/xenbus-drivers.ts";
import { halves, plug } from "../../../../../src/virt/io/xen/store/xenbus.ts";
import { XenStore } from "../../../../../src/virt/io/xen/store/xenstore.ts";
import { hosts, medium } from "./split.ts";

function world(access: PageAccess) {
  const made = hosts();
  const { ledger, scheduler } = made;
  const disk = medium();
  const store = new XenStore((domain, work) => scheduler.later(domain, work));
  made.kernel(0, true);
  const guest = made.kernel(1);
  /** What the medium has finished, told when the test says so. */
  const finished: (() => void)[] = [];
  const atOnce = diskBackend(disk);
  const slow: BlockBackend = {
    ...atOnce,
    submit: (request, done) => atOnce.submit(request, (ok) => finished.push(() => done(ok))),
  };
  const finish = () => {
    for (const done of finished.splice(0)) done();
    scheduler.run();
  };
  const states: string[] = [];
  const driverDomain = (id: number) => {
    const pair = halves("vbd", 1, id, 51712);
    plug(store, pair);
    const kernel = made.kernel(id);
    const driver = new BlkBackDriver(store, pair, { kernel, disk: slow, ledger, access });
    for (const half of [pair.front, pair.back])
      store.watch(0, `${half.directory}/state`, `${id}`, (path) => {
        const state = store.read(0, path);
        if ("value" in state) states.push(`${half === pair.front ? "front" : "back"} ${state.value}`);
      });
    return { pair, kernel, driver };
  };
  const first = driverDomain(2);
  const parts = { kernel: guest, ledger, persistent: access === "persistent" };
  const { front } = new BlkFrontDriver(store, first.pair.front, parts);
  scheduler.run();
  return { ...made, disk, store, guest, front, first, driverDomain, finish, states };
}

test.each<PageAccess>(["map", "persistent", "copy"])(
  "a driver domain that crashes owes nothing in the end: %s",
  (access) => {
    const { front, scheduler, store, first, driverDomain, finish, guest, disk, frames, states } =
      world(access);
    expect(front.sectors).toBe(256);
    expect(states).toContain("back 4");
    expect(states.at(-1)).toBe("front 4");
    const free = frames.free;
    const answers: number[] = [];
    const data = Array.from({ length: 40 }, (_, n) => new Uint8Array(SECTOR).fill(n + 1));
    for (const [n, bytes] of data.entries())
      front.submit({ kind: "write", sector: n, bytes }, (ok) => ok && answers.push(n));
    scheduler.run();
    expect(front.outstanding).toBe(40);
    first.kernel.crash();
    store.forget(2);
    finish();
    expect(answers).toEqual([]);
    disk.write(0, new Uint8Array(40 * SECTOR));
    driverDomain(3);
    scheduler.run();
    while (front.outstanding > 0) finish();
    expect(answers).toEqual(data.map((_, n) => n));
    const found = new Uint8Array(40 * SECTOR);
    disk.read(0, found);
    expect([...found].filter((_, n) => n % SECTOR === 7)).toEqual(data.map(([byte]) => byte));
    expect(frames.free).toBe(free);
    const kept = access === "persistent" ? 32 : 0;
    expect(guest.freePages).toBe(64 - 1 - kept);
  },
);

test("a ring that is none closes the device, and nothing is mapped", () => {
  const { store, scheduler, kernel: boot, frames } = world("map");
  const pair = halves("vbd", 1, 5, 51728);
  const kernel = boot(5);
  const free = frames.free;
  plug(store, pair);
  store.write(1, `${pair.front.directory}/ring-ref`, "no number");
  store.write(1, `${pair.front.directory}/event-channel`, "1");
  store.write(1, `${pair.front.directory}/protocol`, "x86_32-abi");
  const disk = diskBackend(medium());
  const parts = { kernel, disk, ledger: { pay: () => {} }, access: "map" } as const;
  const driver = new BlkBackDriver(store, pair, parts);
  store.write(1, `${pair.front.directory}/state`, "3");
  scheduler.run();
  expect(driver.back).toBeUndefined();
  expect(store.read(0, `${pair.back.directory}/state`)).toEqual({ value: "6" });
  expect(frames.free).toBe(free);
});
