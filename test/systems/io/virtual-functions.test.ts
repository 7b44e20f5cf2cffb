/** Two guests, each with a virtual function of one card, driven by code of its own: they talk through the card's switch, and reach nothing else. */
import { describe, expect, test } from "vitest";
import type { Gpa } from "../../../src/machine/address.ts";
import { Bus } from "../../../src/machine/bus.ts";
import { cable } from "../../../src/machine/devices/network.ts";
import { FAULT } from "../../../src/machine/iommu/index.ts";
import { assemble } from "../../../src/machine/isa/index.ts";
import { loadFlat } from "../../../src/machine/load/flat.ts";
import type { Machine } from "../../../src/machine/machine.ts";
import { HASWELL } from "../../../src/machine/profiles/haswell.ts";
import { Assignment, remapping } from "../../../src/systems/io/assigned.ts";
import { virtualFunctions } from "../../../src/systems/io/virtual-functions.ts";
import { kvmVm } from "../../../src/systems/kvm.ts";

const MIB = 1 << 20;
const MEMORY = 4 * MIB;
const PART = 8 * MIB + MEMORY;
const ORIGIN = 0x10000;
const BAR = 0xe0000000;
const TABLE = 0xe0100000;
const [RECEIVE, TRANSMIT, IN, OUT] = [0x20000, 0x21000, 0x22000, 0x23000];
const WORD = 0x12345678;
const PF = [2, 0, 0, 0, 0, 0x10];
const MACS = [
  [2, 0, 0, 0, 0, 0x20],
  [2, 0, 0, 0, 0, 0x21],
] as const;
const [A, B] = MACS;
const STRANGER = [2, 0, 0, 0, 0, 0x99];

/** A queue of four at `at`: descriptors, 100h available, 200h used. */
const queue = (index: number, at: number, vector: number) => `
  mov word [${BAR} + 22], ${index}
  mov word [${BAR} + 24], 4
  mov word [${BAR} + 26], ${vector}
  mov dword [${BAR} + 32], ${at}
  mov dword [${BAR} + 40], ${at} + 0x100
  mov dword [${BAR} + 48], ${at} + 0x200
  mov word [${BAR} + 28], 1`;

/** Virtio 1.2, 3.1.1: reset, features (VERSION_1), both queues, a buffer to receive into. EBX counts interrupts of the receive queue. */
const open = (buffer = IN) => `
  lidt [pointer]
  mov dword [0xfee000f0], 0x1ff
  mov dword [${TABLE}], 0xfee00000
  mov dword [${TABLE} + 8], 0x51
  mov dword [${TABLE} + 12], 0
  mov byte [${BAR} + 20], 0
  mov byte [${BAR} + 20], 3
  mov dword [${BAR} + 8], 1
  mov dword [${BAR} + 12], 1
  mov byte [${BAR} + 20], 11
  ${queue(0, RECEIVE, 0)}
  ${queue(1, TRANSMIT, 0xffff)}
  mov byte [${BAR} + 20], 15
  mov dword [${RECEIVE}], ${buffer}
  mov dword [${RECEIVE} + 8], 2048
  mov word [${RECEIVE} + 12], 2
  mov word [${RECEIVE} + 0x102], 1
  mov word [${BAR} + 0x3000], 0
  xor ebx, ebx
  sti`;

/** A frame of 60 bytes behind the header of 12, from `source` in memory. */
const send = (to: readonly number[], from: readonly number[], address: number = OUT) => `
${[...to, ...from, 0x88, 0xb5].map((byte, i) => `  mov byte [${OUT} + ${12 + i}], ${byte}`).join("\n")}
  mov dword [${OUT} + 26], ${WORD}
  mov dword [${TRANSMIT}], ${address}
  mov dword [${TRANSMIT} + 8], 72
  mov word [${TRANSMIT} + 12], 0
  inc word [${TRANSMIT} + 0x102]
  mov word [${BAR} + 0x3004], 1`;

const program = (body: string) => `bits 32
org ${ORIGIN}
${body}
spin:
  inc edi
  jmp spin
handler:
  inc ebx
  mov dword [0xfee000b0], 0
  iret
pointer:
  dw 0x7ff
  dd table
align 8
table:
  times ${8 * 0x51} db 0
  dw handler - ${ORIGIN} + (${ORIGIN} & 0xffff), 8, 0x8e00, ${ORIGIN >> 16}
  times 0x800 db 0`;

function world(interrupts: "injected" | "posted" = "posted") {
  const bus = new Bus(2 * PART);
  const [outside, inner] = cable();
  const uplink: Uint8Array[] = [];
  outside.onFrame = (frame) => uplink.push(frame);
  const assignments = [new Assignment(), new Assignment()] as const;
  const made: ReturnType<Assignment["attach"]>[] = [];
  const card = virtualFunctions({
    ...{ bus, cable: inner, mac: PF, virtual: MACS },
    way: (n, requester) => {
      const attachment = (assignments[n] as Assignment).attach({ bus, base: 0, requester });
      made[n] = attachment;
      return attachment as Required<typeof attachment>;
    },
  });
  const make = (n: 0 | 1) =>
    kvmVm({
      ...{ memory: MEMORY, firmware: false, profile: HASWELL, paging: "ept", interrupts },
      within: { bus, at: n * PART, apic: n },
      assigned: [card.card(n)],
      attach: () => made[n] as ReturnType<Assignment["attach"]>,
    });
  const vms = [make(0), make(1)] as const;
  const unit = remapping(vms[0].host, vms[1].host);
  for (const n of [0, 1] as const) assignments[n].to(vms[n].host, unit, n + 1);
  return { ...card, vms, unit, uplink, outside };
}

function start(machine: Machine, body: string, steps = 20_000): void {
  loadFlat(machine, assemble(program(body)).bytes, { origin: ORIGIN, mode: "protected" });
  const { bus } = machine;
  const config = (at: number, value: number) => {
    bus.out(0xcf8, 0x80001800 | at, 4);
    bus.out(0xcfc, value, 4);
  };
  config(0x10, BAR);
  config(0x14, TABLE);
  config(4, 6);
  for (let at = 0x40; at !== 0; ) {
    bus.out(0xcf8, 0x80001800 | at, 4);
    const header = bus.in(0xcfc, 4);
    if ((header & 0xff) === 0x11) config(at, 0x80000000 | header);
    at = (header >> 8) & 0xff;
  }
  machine.run({ limit: steps });
}

const interruptsOf = (machine: Machine) => machine.cpu.r32[6];
const exits = ({ engine }: { engine: { crossings: ReadonlyMap<string, number> } }) =>
  [...engine.crossings.values()].reduce((sum, n) => sum + n, 0);

describe.each(["injected", "posted"] as const)("interrupts %s", (interrupts) => {
  test("a frame from guest to guest goes by the card's switch alone", () => {
    const { vms, uplink, nic } = world(interrupts);
    const [{ machine: a }, { machine: b }] = vms;
    start(b, open());
    expect([...Uint8Array.from(nic.virtual[1]!.device.config.subarray(0, 6))]).toEqual(B);
    const before = exits(vms[1]);
    start(a, `${open()}${send(B, A)}`);
    b.run({ limit: 5000 });
    expect([interruptsOf(b), b.bus.read((IN + 26) as Gpa, 4)]).toEqual([1, WORD]);
    expect(uplink).toEqual([]);
    // Posted: neither the frame nor its interrupt nor its EOI takes the receiver out.
    expect(exits(vms[1]) - before === 0).toBe(interrupts === "posted");
  });
});

test("the cable: out for who is not here, in for whom it is, and nobody else hears", () => {
  const { vms, uplink, outside } = world();
  const [{ machine: a }, { machine: b }] = vms;
  start(b, open());
  start(a, `${open()}${send(STRANGER, A)}`);
  expect(uplink.map((frame) => [...frame.subarray(0, 12)])).toEqual([[...STRANGER, ...A]]);
  const frame = new Uint8Array(60);
  frame.set([...A, ...STRANGER, 0x88, 0xb5]);
  outside.transmit(frame);
  for (const { machine } of vms) machine.run({ limit: 5000 });
  expect([interruptsOf(a), interruptsOf(b)]).toEqual([1, 0]);
});

test("a guest that sends with its neighbour's address is not heard, and counted", () => {
  const { vms, uplink, driver } = world();
  const [{ machine: a }, { machine: b }] = vms;
  start(b, open());
  start(a, `${open()}${send(B, STRANGER)}${send(STRANGER, B)}`);
  b.run({ limit: 5000 });
  expect([interruptsOf(b), uplink.length, driver.spoofed(0), driver.spoofed(1)]).toEqual([0, 0, 2, 0]);
});

test("a guest's descriptors reach its own memory: each function is refused by its own requester", () => {
  const { vms, unit, requesters, uplink } = world();
  const [{ machine: a }, { machine: b, host }] = vms;
  b.bus.write((OUT + 12) as Gpa, 0x66666666, 4);
  // To send what is in the neighbour's memory; its address is the host's.
  start(a, `${open()}${send(STRANGER, A, host.base + OUT)}`);
  expect(uplink).toEqual([]);
  // To receive into the first one's.
  const target = vms[0].host.base + 3 * MIB;
  expect(target, "beyond what the guest's own domain maps").toBeGreaterThan(MEMORY);
  start(b, open(target));
  start(a, `${open()}${send(B, A)}`);
  expect(
    unit.iommu.faults.take().map(({ requester, reason, address }) => [requester, reason, address]),
  ).toEqual([
    [requesters[0], FAULT.read, host.base + OUT],
    [requesters[1], FAULT.write, target],
  ]);
  expect(a.bus.read((3 * MIB) as Gpa, 4)).toBe(0);
});

test("a function that the host takes back is gone for its guest, and the other one goes on", () => {
  const { vms, driver, uplink } = world();
  const [{ machine: a }, { machine: b }] = vms;
  start(a, open());
  driver.disable();
  start(a, `${open()}${send(STRANGER, A)}`);
  expect(uplink.length).toBe(0);
  driver.enable(2);
  start(b, `${open()}${send(STRANGER, B)}`);
  expect(uplink.length).toBe(1);
});
