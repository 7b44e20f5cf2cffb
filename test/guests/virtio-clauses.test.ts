/** What virtio 1.2 requires of a driver, and ours in assembly: everything that it does to its device is written down while it works. */
import { describe, expect, test } from "vitest";
import { buildIoGuest, expectedIo, type IoOptions, ioDisk } from "../../src/guests/io.ts";
import type { MmioDevice } from "../../src/machine/bus.ts";
import { Disk } from "../../src/machine/devices/disk.ts";
import type { Slot } from "../../src/machine/devices/pci/slot.ts";
import { Machine } from "../../src/machine/machine.ts";
import { diskBackend } from "../../src/virt/io/block/disk.ts";
import { VirtioBlk } from "../../src/virt/io/virtio/blk.ts";
import { EVENT_IDX, RING_PACKED, STATUS, VERSION_1 } from "../../src/virt/io/virtio/features.ts";
import { VirtioPci } from "../../src/virt/io/virtio/transport/pci.ts";

interface Access {
  readonly write: boolean;
  /** In the window of BAR 0. */
  readonly at: number;
  readonly size: number;
  readonly value: number;
}
const WINDOW = 0x4000;
const DEVICE = 0x2000;
const NOTIFY = 0x3000;
const STATUS_AT = 0x14;
const VECTOR_AT = 0x1a;
const ENABLE_AT = 0x1c;

/** Writes down what reaches the window of a device. */
const recorder = (device: MmioDevice, accesses: Access[]): MmioDevice => ({
  read(at, size) {
    const value = device.read(at, size);
    accesses.push({ write: false, at, size, value });
    return value;
  },
  write(at, value, size) {
    accesses.push({ write: true, at, size, value });
    device.write(at, value, size);
  },
});

class Recorded extends VirtioPci {
  readonly configured: number[] = [];
  override writeConfig(offset: number, value: number, size: number): void {
    this.configured.push(offset);
    super.writeConfig(offset, value, size);
  }
}

function record(interrupts: "intx" | "msix") {
  const options: IoOptions = {
    driver: "virtio-blk",
    operation: "verify",
    interrupts,
    depth: 4,
    batch: 2,
    count: 20,
  };
  const accesses: Access[] = [];
  const kept: { card?: Recorded; blk?: VirtioBlk } = {};
  const card = (slot: Slot) => {
    const { bus } = slot;
    const seen = {
      mapPorts: bus.mapPorts.bind(bus),
      mapMmio: (base: number, size: number, device: MmioDevice) =>
        bus.mapMmio(base, size, size === WINDOW ? recorder(device, accesses) : device),
    };
    kept.blk = new VirtioBlk({ dma: slot.dma, disk: diskBackend(new Disk(ioDisk())) });
    kept.card = new Recorded({ bus: seen, message: slot.message }, kept.blk);
    return kept.card;
  };
  const machine = new Machine({ memory: 16 << 20, disks: [buildIoGuest(options).image], cards: [card] });
  let serial = "";
  machine.onSerial((byte) => {
    serial += String.fromCharCode(byte);
  });
  const stop = machine.run({ limit: 20_000_000 });
  expect({ stop, serial }).toEqual({ stop: { reason: "exit", code: 1 }, serial: expectedIo(options) });
  return { accesses, card: kept.card as Recorded, blk: kept.blk as VirtioBlk, memory: machine.bus.view };
}

describe.each(["intx", "msix"] as const)("by %s", (interrupts) => {
  const { accesses, card, blk, memory } = record(interrupts);
  const writes = accesses.filter(({ write }) => write);
  const statuses = writes.filter(({ at }) => at === STATUS_AT).map(({ value }) => value);
  const indexOf = (wanted: (access: Access) => boolean) => accesses.findIndex(wanted);
  const last = (wanted: (access: Access) => boolean) => accesses.findLastIndex(wanted);
  const statusAt = (value: number) =>
    indexOf(({ write, at, value: now }) => write && at === STATUS_AT && now === value);

  test("a reset comes first, and is waited for (3.1.1, 4.1.4.3.2)", () => {
    const first = accesses.slice(0, 2);
    expect(first[0]).toMatchObject({ write: true, at: STATUS_AT, value: 0 });
    expect(first[1]).toMatchObject({ write: false, at: STATUS_AT, value: 0 });
  });

  test("the status goes up step by step, no bit is cleared, and FEATURES_OK is read back (2.1.1, 3.1.1)", () => {
    expect(statuses).toEqual([0, 1, 3, 11, 15]);
    const asked = statusAt(11);
    expect(accesses[asked + 1]).toMatchObject({ write: false, at: STATUS_AT, value: 11 });
    expect(blk.status).toBe(STATUS.acknowledge | STATUS.driver | STATUS.driverOk | STATUS.featuresOk);
  });

  test("takes features that were offered only, VERSION_1 among them, and none late (2.2.1, 3.1.1, 6.1)", () => {
    expect(blk.accepted & ~blk.offered).toBe(0n);
    expect(blk.accepted).toBe(VERSION_1 | EVENT_IDX);
    expect(last(({ write, at }) => write && at === 0x0c)).toBeLessThan(statusAt(11));
  });

  test("no notification before DRIVER_OK (3.1.1)", () => {
    const first = indexOf(({ write, at }) => write && at >= NOTIFY);
    expect(first).toBeGreaterThan(statusAt(15));
    expect((blk.queues[0]?.kicks ?? 0) > 0).toBe(true);
  });

  test("each field is accessed in its own width, aligned, and what is the device's is not written (4.1.3.1, 4.1.4.3.2)", () => {
    const width = (at: number) => (at < 0x10 || at >= 0x20 ? 4 : at === 0x14 || at === 0x15 ? 1 : 2);
    for (const { at, size } of accesses) if (at < 0x38) expect([at, size]).toEqual([at, width(at)]);
    const readOnly = [0x04, 0x12, 0x15, 0x1e];
    expect(writes.filter(({ at }) => readOnly.includes(at) || (at >= DEVICE && at < NOTIFY))).toEqual([]);
  });

  test("a queue is enabled once, after its fields, and never disabled (4.1.4.3.2)", () => {
    expect(writes.filter(({ at }) => at === ENABLE_AT).map(({ value }) => value)).toEqual([1]);
    const fields = last(({ write, at }) => write && (at === 0x18 || (at >= 0x20 && at < 0x38)));
    expect(indexOf(({ write, at }) => write && at === ENABLE_AT)).toBeGreaterThan(fields);
  });

  test("the vector is one of the table's, and is read back (4.1.5.1.2.2)", () => {
    const mapped = writes.filter(({ at }) => at === VECTOR_AT).map(({ value }) => value);
    expect(mapped).toEqual(interrupts === "msix" ? [0] : []);
    const at = indexOf(({ write, at }) => write && at === VECTOR_AT);
    if (at >= 0) expect(accesses[at + 1]).toMatchObject({ write: false, at: VECTOR_AT, value: 0 });
  });

  test("no field of a capability is written, but MSI-X's control (4.1.4.1)", () => {
    let msix = card.config[0x34] as number;
    while (card.config[msix] !== 0x11) msix = card.config[msix + 1] as number;
    expect(card.configured.filter((offset) => offset >= 0x40 && (offset & ~3) !== msix)).toEqual([]);
  });

  test("its parts are aligned, and the flags of its ring are 0 with the event index (2.7.1, 2.7.7.1)", () => {
    const { descriptors, driver, device } = blk.queues[0] as (typeof blk.queues)[0];
    expect([descriptors % 16, driver % 2, device % 4, memory.getUint16(driver, true)]).toEqual([0, 0, 0, 0]);
    expect(blk.accepted & RING_PACKED).toBe(0n);
  });

  test("the device had nothing to complain of (2.7.4.2, 2.7.5.2, 2.7.5.3.1, 2.7.6.1, 5.2.6.1)", () => {
    expect(blk.status & STATUS.needsReset).toBe(0);
    expect(blk.queues[0]).toMatchObject({ requests: 40 });
  });
});
