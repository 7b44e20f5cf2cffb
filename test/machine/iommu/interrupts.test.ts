/** Interrupt messages: who may send which, and where they wait for a virtual processor. */
import { expect, test } from "vitest";
import type { Gpa, Iova } from "../../../src/machine/address.ts";
import { Bus } from "../../../src/machine/bus.ts";
import { directDma } from "../../../src/machine/dma.ts";
import {
  COMMAND,
  FAULT,
  interruptEntry,
  PostedDescriptor,
  REGISTER,
  remappableMessage,
} from "../../../src/machine/iommu/index.ts";
import { verifies } from "../../../src/machine/iommu/interrupts.ts";
import { BusTables } from "../../../src/machine/mmu/bus-tables.ts";
import { INTERRUPT_TABLE, Rig } from "./rig.ts";

const DEVICE = 0x18;
const STRANGER = 0x20;
const DESCRIPTOR = 0x15000;

function remapping(): Rig {
  const rig = new Rig();
  rig.register(REGISTER.gcmd, COMMAND.queue + COMMAND.translate + COMMAND.remapInterrupts);
  rig.words(INTERRUPT_TABLE + 16 * 5, interruptEntry({ requester: DEVICE, vector: 0x61, destination: 0 }));
  return rig;
}
const send = (rig: Rig, requester: number, { address, data }: { address: number; data: number }) =>
  rig.iommu.message(requester)(address, data);
const reasons = (rig: Rig) => rig.iommu.faults.take().map(({ reason }) => reason);

test("an entry gives its vector to its own requester, and to nobody else", () => {
  const rig = remapping();
  send(rig, DEVICE, remappableMessage(5));
  expect(rig.delivered).toEqual([
    { vector: 0x61, delivery: 0, levelTriggered: false, destination: 0, logical: false },
  ]);
  send(rig, STRANGER, remappableMessage(5));
  expect(rig.delivered.length).toBe(1);
  expect(rig.iommu.faults.take()).toEqual([
    { requester: STRANGER, reason: FAULT.sourceId, address: 5 * 2 ** 48, write: true },
  ]);
});

test("forged messages: any vector without remapping, a recorded fault with it", () => {
  const forged = { address: 0xfee00000, data: 0x0080 };
  const dword = Uint8Array.of(0x80, 0, 0, 0);
  const open = new Rig();
  open.iommu.dma(STRANGER).write(forged.address as Iova, dword);
  expect(open.delivered.map(({ vector }) => vector)).toEqual([0x80]);
  const rig = remapping();
  expect(rig.iommu.dma(STRANGER).write(forged.address as Iova, dword)).toBe(false);
  send(rig, STRANGER, forged);
  expect(rig.delivered).toEqual([]);
  expect(reasons(rig)).toEqual([FAULT.compatibilityFormat, FAULT.compatibilityFormat]);
});

test("each way for a message to be wrong has its reason", () => {
  const rig = remapping();
  send(rig, DEVICE, { ...remappableMessage(5), data: 0x10000 });
  send(rig, DEVICE, remappableMessage(256));
  send(rig, DEVICE, remappableMessage(0x8005));
  send(rig, DEVICE, remappableMessage(6));
  rig.words(INTERRUPT_TABLE + 16 * 7, [0x00610001, 0, (3 << 18) | DEVICE, 0]);
  send(rig, DEVICE, remappableMessage(7));
  expect(reasons(rig)).toEqual([
    ...[FAULT.interruptReserved, FAULT.interruptIndex, FAULT.interruptIndex],
    ...[FAULT.irteNotPresent, FAULT.irteReserved],
  ]);
  expect(rig.delivered).toEqual([]);
});

test("a subhandle counts when the address says so", () => {
  const rig = remapping();
  const { address } = remappableMessage(3);
  send(rig, DEVICE, { address: address | 8, data: 2 });
  expect(rig.delivered.map(({ vector }) => vector)).toEqual([0x61]);
});

test("source validation over all types and qualifiers is as the tables of 9.10 say", () => {
  for (const type of [0, 1, 2])
    for (const qualifier of [0, 1, 2, 3])
      for (const wanted of [0x0018, 0x0103, 0x011f])
        for (const requester of [0x0018, 0x0019, 0x001c, 0x001f, 0x0020, 0x0103, 0x0107, 0x011f, 0x0200]) {
          const masks = [0xffff, 0xfffb, 0xfff9, 0xfff8];
          const same = (wanted & masks[qualifier]!) === (requester & masks[qualifier]!);
          const bus = Math.floor(requester / 256);
          const inRange = bus >= Math.floor(wanted / 256) && bus <= wanted % 256;
          const expected = type === 0 || (type === 1 ? same : inRange);
          expect(verifies((type << 18) | (qualifier << 16) | wanted, requester)).toBe(expected);
        }
});

test("posted interrupts: one notification for all that arrive before the processor looks", () => {
  const rig = remapping();
  const descriptor = new PostedDescriptor(new BusTables(rig.bus), DESCRIPTOR);
  descriptor.prepare(0xf2, 3);
  for (const [index, vector] of [
    [8, 0x31],
    [9, 0xef],
  ] as const)
    rig.words(
      INTERRUPT_TABLE + 16 * index,
      interruptEntry({ requester: DEVICE, vector, descriptor: DESCRIPTOR }),
    );
  send(rig, DEVICE, remappableMessage(8));
  send(rig, DEVICE, remappableMessage(9));
  expect(rig.delivered.map(({ vector, destination }) => [vector, destination])).toEqual([[0xf2, 3]]);
  const taken: number[] = [];
  descriptor.sync((vector) => taken.push(vector));
  expect([taken, descriptor.outstanding]).toEqual([[0x31, 0xef], false]);
  descriptor.suppress = true;
  send(rig, DEVICE, remappableMessage(8));
  expect([rig.delivered.length, descriptor.outstanding]).toEqual([1, false]);
  descriptor.sync((vector) => taken.push(vector));
  expect(taken).toEqual([0x31, 0xef, 0x31]);
});

test("a device that DMAs with guest-physical addresses writes into a neighbour without a unit, and into its own guest with one", () => {
  const secret = 0x400000;
  const guest = 0x800000;
  const bus = new Bus(16 * 1024 * 1024);
  directDma(bus).write(secret as Iova, Uint8Array.of(0x66));
  expect(bus.read(secret as Gpa, 1), "guest-physical taken for host-physical").toBe(0x66);
  const rig = remapping();
  const root = rig.attach(DEVICE, 1);
  rig.entry(root, 0, root + 0x1000 + 3);
  for (let n = 0; n < 4; n++) rig.entry(root + 0x1000, n, guest + n * 0x200000 + 0x83);
  const dma = rig.iommu.dma(DEVICE);
  expect(dma.write(secret as Iova, Uint8Array.of(0x66))).toBe(true);
  expect([rig.bus.ram[secret], rig.bus.ram[guest + secret]]).toEqual([0, 0x66]);
  expect(dma.write(guest as Iova, Uint8Array.of(0x66)), "beyond the guest's memory").toBe(false);
  expect(rig.iommu.dma(STRANGER).write(secret as Iova, Uint8Array.of(0x66)), "not attached").toBe(false);
  expect(reasons(rig)).toEqual([FAULT.write, FAULT.contextNotPresent]);
});
