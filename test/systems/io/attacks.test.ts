/**
 * Two guests of one host, each in its part of one memory, with a device of its own. One of them attacks, by code of its own that programs its
 * device: without a unit it gets what it wants; with one it does not, and the fault records say who tried what.
 */
import { describe, expect, test } from "vitest";
import type { Gpa, Iova } from "../../../src/machine/address.ts";
import { Bus } from "../../../src/machine/bus.ts";
import { Clock } from "../../../src/machine/clock.ts";
import { e1000 } from "../../../src/machine/devices/e1000/card.ts";
import { unplugged } from "../../../src/machine/devices/network.ts";
import { PciFunction } from "../../../src/machine/devices/pci/function.ts";
import { MsiX } from "../../../src/machine/devices/pci/msi-x.ts";
import type { Card } from "../../../src/machine/devices/pci/slot.ts";
import { directDma } from "../../../src/machine/dma.ts";
import { FAULT, Iommu } from "../../../src/machine/iommu/index.ts";
import { assemble } from "../../../src/machine/isa/index.ts";
import { loadFlat } from "../../../src/machine/load/flat.ts";
import type { Machine } from "../../../src/machine/machine.ts";
import { HASWELL } from "../../../src/machine/profiles/haswell.ts";
import { Assignment, remapping } from "../../../src/systems/io/assigned.ts";
import { kvmVm } from "../../../src/systems/kvm.ts";
import { IommuDriver } from "../../../src/virt/io/iommu/driver.ts";
import { dmaDomain, PROTECTION_NAMES, PROTECTIONS } from "../../../src/virt/io/iommu/protection.ts";

const MIB = 1 << 20;
const MEMORY = 4 * MIB;
const PART = 8 * MIB + MEMORY;
const ORIGIN = 0x10000;
const BAR = 0xe0000000;
const TABLE = 0xe0100000;
const ATTACKER = 0x18;
/** Of the attacker's memory: its rings, what it sends, and where it receives. */
const [RINGS, OWN, LOOT] = [0x20000, 0x21000, 0x22000];
const SECRET = 0x30000;
const SECRET_WORD = 0x5ec2e700;
const FORGED = 0x66666666;

type Kind = "none" | "pass-through" | "persistent";

/** Register 0: an address; register 4: a dword that is written there. By MSI-X entry 0: its own interrupt, on register 8. */
const forger: Card = ({ bus, dma, message }) => {
  const fn = new PciFunction(bus, { vendor: 0x1af4, device: 0x10fe, class: 0xff0000 });
  let target = 0;
  const msix = new MsiX(fn, { bar: 1, vectors: 1, message });
  fn.window(0, {
    kind: "memory",
    size: 4096,
    device: {
      read: () => 0,
      write: (offset, value) => {
        if (offset === 0) target = value;
        else if (offset === 4) dma.write(target as Iova, new Uint8Array(Uint32Array.of(value).buffer));
        else msix.raise(0);
      },
    },
  });
  return fn;
};

/** A card whose cable brings back what it sends. */
function looped(): Card {
  const port = unplugged();
  port.transmit = (frame) => port.onFrame(frame);
  return e1000({ port, mac: [2, 0, 0, 0, 0, 1] });
}

function load(machine: Machine, program: string): void {
  const source = `bits 32\norg ${ORIGIN}\n${program}`;
  loadFlat(machine, assemble(source).bytes, { origin: ORIGIN, mode: "protected" });
  const { bus } = machine;
  const config = (at: number, value: number) => {
    bus.out(0xcf8, 0x80001800 | at, 4);
    bus.out(0xcfc, value, 4);
  };
  config(0x10, BAR);
  config(0x14, TABLE);
  config(4, 6);
  // MSI-X, where the first capability is it.
  config(0x40, 0x80000011);
}

/** `card`: the attacker's; the victim has a forger, which it uses honestly. */
function world(kind: Kind, card: Card, interrupts: "injected" | "posted" = "injected") {
  const bus = new Bus(2 * PART);
  const assignments = [new Assignment(), new Assignment()] as const;
  const make = (n: 0 | 1) =>
    kvmVm({
      ...{ memory: MEMORY, firmware: false, profile: HASWELL, paging: "ept", interrupts },
      within: { bus, at: n * PART, apic: n },
      assigned: [n === 0 ? card : forger],
      attach: (asked) => assignments[n].attach({ ...asked, requester: asked.requester + 8 * n }),
    });
  const vms = [make(0), make(1)] as const;
  const [{ host }, { host: other }] = vms;
  const unit = kind === "none" ? undefined : remapping(host, other);
  for (const n of [0, 1] as const) {
    const { host: own } = vms[n];
    if (unit === undefined) assignments[n].bare(own, (vms[1 - n] as (typeof vms)[0]).host);
    else if (kind === "pass-through") assignments[n].passThrough(own, unit, 1 + n);
    else assignments[n].to(own, unit, 1 + n);
  }
  return { bus, attacker: vms[0], victim: vms[1], unit };
}

/**
 * The attacker sends 64 bytes from one address and receives them at another, its rings being where the card finds them; EAX: what is in LOOT
 * then.
 */
const copy = (source: number, sink: number, rings: number) => `
  mov dword [${OWN}], ${FORGED}
  mov dword [${RINGS}], ${source}
  mov dword [${RINGS} + 8], 0x0b000040
  mov dword [${RINGS} + 0x100], ${sink}
  mov dword [${BAR} + 0x2800], ${rings + 0x100}
  mov dword [${BAR} + 0x2808], 128
  mov dword [${BAR} + 0x100], 0x0400801a
  mov dword [${BAR} + 0x2818], 1
  mov dword [${BAR} + 0x3800], ${rings}
  mov dword [${BAR} + 0x3808], 128
  mov dword [${BAR} + 0x400], 2
  mov dword [${BAR} + 0x3818], 1
  mov ecx, 20000
wait:
  dec ecx
  jnz wait
  mov eax, [${LOOT}]
  cli
  hlt`;

const run = (machine: Machine) => {
  expect(machine.run({ limit: 2_000_000 }).reason).toBe("halt");
  return machine.cpu.r32[0];
};

describe.each(["none", "pass-through", "persistent"] as const)("%s: a guest programs its NIC", (kind) => {
  const { foreign } = PROTECTIONS[kind];
  const attack = (source: (victim: number) => number, sink: (victim: number) => number) => {
    const made = world(kind, looped());
    load(made.victim.machine, `mov dword [${SECRET}], ${SECRET_WORD}\ncli\nhlt`);
    run(made.victim.machine);
    const { base } = made.attacker.host;
    const start = made.victim.host.base;
    // What a card takes for an address is the host's without translation, and the guest's with it.
    const rings = kind === "persistent" ? RINGS : base + RINGS;
    const own = (at: number) => (at < MEMORY && kind !== "persistent" ? base + at : at);
    load(made.attacker.machine, copy(own(source(start)), own(sink(start)), rings));
    const got = run(made.attacker.machine);
    const faults = made.unit?.iommu.faults.take() ?? [];
    return { ...made, got, faults, start };
  };

  test("to read its neighbour's memory", () => {
    const { got, faults, start } = attack(
      (victim) => victim + SECRET,
      () => LOOT,
    );
    expect(got).toBe(foreign ? SECRET_WORD : 0);
    const refused = { requester: ATTACKER, reason: FAULT.read, address: start + SECRET, write: false };
    expect(faults).toEqual(foreign ? [] : [refused]);
  });

  test("to write into its neighbour's memory", () => {
    const { victim, faults, start } = attack(
      () => OWN,
      (base) => base + SECRET,
    );
    expect(victim.machine.bus.read(SECRET as Gpa, 4)).toBe(foreign ? FORGED : SECRET_WORD);
    const refused = { requester: ATTACKER, reason: FAULT.write, address: start + SECRET, write: true };
    expect(faults).toEqual(foreign ? [] : [refused]);
  });

  test("to write into a monitor's memory", () => {
    // The first frame of the victim's monitor is in use: tables.
    const { bus, faults } = attack(
      () => OWN,
      () => PART + 0x1000,
    );
    expect(bus.read((PART + 0x1000) as Gpa, 4) === FORGED).toBe(foreign);
    const refused = { requester: ATTACKER, reason: FAULT.write, address: PART + 0x1000, write: true };
    expect(faults).toEqual(foreign ? [] : [refused]);
  });
});

/** Counts its device's interrupts in EBX; asks for `asks` of them. */
const counting = (asks: number, address = 0xfee00000) => `
  lidt [pointer]
  mov dword [0xfee000f0], 0x1ff
  mov dword [${TABLE}], ${address}
  mov dword [${TABLE} + 8], 0x51
  mov dword [${TABLE} + 12], 0
  xor ebx, ebx
  sti
  mov esi, ${asks}
  test esi, esi
  jz asked
ask:
  mov dword [${BAR} + 8], 1
  dec esi
  jnz ask
asked:
  mov ecx, 20000
spin:
  dec ecx
  jnz spin
  jmp asked
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

describe.each(["injected", "posted"] as const)("interrupts %s", (interrupts) => {
  test.each(["none", "pass-through", "persistent"] as const)(
    "%s: a guest's device writes a message with its neighbour's vector",
    (kind) => {
      const { attacker, victim, unit } = world(kind, forger, interrupts);
      load(victim.machine, counting(1));
      victim.machine.run({ limit: 50_000 });
      const count = () => victim.machine.cpu.r32[6];
      expect(count(), "its own device's").toBe(1);
      // The host's first vector for devices, at the victim's processor.
      const forged = `mov dword [${BAR}], ${0xfee00000 | (1 << 12)}\nmov dword [${BAR} + 4], 0x40\ncli\nhlt`;
      load(attacker.machine, forged);
      run(attacker.machine);
      victim.machine.run({ limit: 50_000 });
      expect(count()).toBe(kind === "none" ? 2 : 1);
      const faults = unit?.iommu.faults.take() ?? [];
      const blocked = { requester: ATTACKER, reason: FAULT.compatibilityFormat, address: 0, write: true };
      expect(faults).toEqual(kind === "none" ? [] : [blocked]);
    },
  );

  test("a table entry of the guest's that is no message for a local APIC interrupts nobody", () => {
    const { victim, unit } = world("persistent", forger, interrupts);
    load(victim.machine, counting(2, 0x30000));
    victim.machine.run({ limit: 50_000 });
    expect(victim.machine.cpu.r32[6]).toBe(0);
    // The device sends what the host has written, and that is allowed.
    expect(unit?.iommu.faults.take()).toEqual([]);
    expect(victim.machine.bus.read(0x30000 as Gpa, 4)).toBe(0);
  });

  test("an entry that names another requester, or none, is blocked; its owner's goes on", () => {
    const { attacker, victim, unit } = world("persistent", forger, interrupts);
    load(victim.machine, counting(3));
    victim.machine.run({ limit: 50_000 });
    expect(victim.machine.cpu.r32[6]).toBe(3);
    const forge = (index: number) =>
      `mov dword [${BAR}], ${0xfee00010 | (index << 5)}\nmov dword [${BAR} + 4], 0\n`;
    load(attacker.machine, `${forge(0)}${forge(9)}cli\nhlt`);
    run(attacker.machine);
    victim.machine.run({ limit: 50_000 });
    expect(victim.machine.cpu.r32[6]).toBe(3);
    expect(unit?.iommu.faults.take().map(({ reason, requester }) => [reason, requester])).toEqual([
      [FAULT.sourceId, ATTACKER],
      [FAULT.irteNotPresent, ATTACKER],
    ]);
  });
});

describe.each(PROTECTION_NAMES)("%s: a device that does not keep to what it was given", (kind) => {
  const PAGE = 4096;
  const BUFFER = 8 * MIB;
  const protection = kind === "deferred" ? ({ kind, count: 3, cycles: 1e9 } as const) : { kind };
  const made = () => {
    const bus = new Bus(16 * MIB);
    const iommu = new Iommu(bus, () => {});
    let next = MIB;
    const page = () => {
      next += PAGE;
      return next;
    };
    const driver = new IommuDriver({ bus, registers: iommu.registers, page, ledger: { pay: () => {} } });
    const domain = dmaDomain(protection, { driver, number: 1, clock: new Clock() });
    domain.attach(ATTACKER);
    const dma = kind === "none" ? directDma(bus) : iommu.dma(ATTACKER);
    return { bus, iommu, domain, dma };
  };

  test("reads beyond its buffer", () => {
    const { bus, iommu, domain, dma } = made();
    bus.write((BUFFER + PAGE) as Gpa, SECRET_WORD, 4);
    const iova = domain.map(BUFFER);
    const into = new Uint8Array(PAGE + 4);
    const reached = dma.read(iova, into);
    expect([reached, new DataView(into.buffer).getUint32(PAGE, true)]).toEqual(
      PROTECTIONS[kind].foreign ? [true, SECRET_WORD] : [false, 0xffffffff],
    );
    const refused = { requester: ATTACKER, reason: FAULT.read, address: iova + PAGE, write: false };
    expect(iommu.faults.take()).toEqual(PROTECTIONS[kind].foreign ? [] : [refused]);
  });

  test("writes to a buffer that was taken back", () => {
    const { iommu, domain, dma } = made();
    const write = (at: Iova) => dma.write(at, Uint8Array.of(1));
    const iova = domain.map(BUFFER);
    expect(write(iova)).toBe(true);
    domain.unmap(iova);
    const { old } = PROTECTIONS[kind];
    expect(write(iova)).toBe(old !== "never");
    for (const at of [BUFFER + PAGE, BUFFER + 2 * PAGE]) domain.unmap(domain.map(at));
    expect(write(iova), "after two more").toBe(old === "always");
    expect(iommu.faults.take().length).toBe({ always: 0, "until the flush": 1, never: 2 }[old]);
  });
});
