/** A driver domain crashes with frames on their way: what was acknowledged has arrived, once, and what comes later goes through its successor. */
import { expect, test } from "vitest";
import { cable } from "../../../../../src/machine/devices/network.ts";
import { NetBackDriver, NetFrontDriver } from "../../../../../src/virt/io/xen/net/xenbus-drivers.ts";
import { halves, plug } from "../../../../../src/virt/io/xen/store/xenbus.ts";
import { XenStore } from "../../../../../src/virt/io/xen/store/xenstore.ts";
import { hosts } from "../block/split.ts";
import { frame } from "./pair.ts";

const numbered = (n: number) => {
  const bytes = frame(n & 0xff);
  new DataView(bytes.buffer).setUint32(20, n);
  return bytes;
};
const numberOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(20);

function world(receive: "copy" | "flip", transmit: "copy" | "map") {
  const made = hosts();
  const { ledger, scheduler } = made;
  const store = new XenStore((domain, work) => scheduler.later(domain, work));
  made.kernel(0, true);
  const guest = made.kernel(1);
  const outside: number[] = [];
  const [out, wire] = cable();
  out.onFrame = (bytes) => outside.push(numberOf(bytes));
  const driverDomain = (id: number) => {
    const pair = halves("vif", 1, id, 0);
    plug(store, pair);
    const kernel = made.kernel(id);
    const driver = new NetBackDriver(store, pair, { kernel, network: wire, ledger, transmit });
    return { pair, kernel, driver };
  };
  const first = driverDomain(2);
  const driver = new NetFrontDriver(store, first.pair.front, guest, { receive });
  const got: number[] = [];
  driver.onFrame = (bytes) => got.push(numberOf(bytes));
  scheduler.run();
  return { ...made, store, guest, driver, driverDomain, first, outside, got, inside: out };
}

test.each([
  ["copy", "copy"],
  ["flip", "map"],
] as const)("nothing acknowledged is lost, nothing comes twice: %s, %s", (receive, transmit) => {
  for (let steps = 1; steps <= 24; steps++) {
    const { scheduler, store, driver, driverDomain, first, outside, got, inside, frames, guest } = world(
      receive,
      transmit,
    );
    const [free, machine] = [guest.freePages, frames.free];
    const acknowledged: number[] = [];
    const unknown: number[] = [];
    let n = 0;
    const send = (count: number) => {
      for (let m = 0; m < count; m++, n++) {
        const number = n;
        driver.front?.transmit(numbered(number), undefined, (okay) =>
          (okay ? acknowledged : unknown).push(number),
        );
        inside.transmit(numbered(number));
      }
    };
    send(5);
    scheduler.run();
    expect(got).toEqual([0, 1, 2, 3, 4]);
    send(6);
    scheduler.run(steps);
    send(3);
    first.kernel.crash();
    store.forget(2);
    scheduler.run();
    driverDomain(3);
    scheduler.run();
    send(4);
    scheduler.run();
    expect([...acknowledged, ...unknown].sort((a, b) => a - b)).toEqual(
      Array.from({ length: n }, (_, m) => m),
    );
    for (const sent of [outside, got]) expect(new Set(sent).size).toBe(sent.length);
    expect(outside).toEqual(expect.arrayContaining(acknowledged));
    expect(acknowledged).toEqual(expect.arrayContaining([0, 1, 2, 3, 4, n - 4, n - 3, n - 2, n - 1]));
    expect(got.slice(-4)).toEqual([n - 4, n - 3, n - 2, n - 1]);
    expect([guest.freePages, frames.free]).toEqual([free, machine]);
  }
});

test("a front end that asks for what is not there closes its device", () => {
  const { store, scheduler, kernel: boot, ledger } = world("copy", "copy");
  const pair = halves("vif", 1, 5, 1);
  const kernel = boot(5);
  plug(store, pair);
  const [network] = cable();
  const driver = new NetBackDriver(store, pair, { kernel, network, ledger });
  store.write(1, `${pair.front.directory}/tx-ring-ref`, "77");
  store.write(1, `${pair.front.directory}/rx-ring-ref`, "no number");
  store.write(1, `${pair.front.directory}/event-channel`, "1");
  store.write(1, `${pair.front.directory}/state`, "4");
  scheduler.run();
  expect(driver.back).toBeUndefined();
  expect(store.read(0, `${pair.back.directory}/state`)).toEqual({ value: "6" });
});
