/** An assigned device and its interrupts: what the guest computes is the same in every way of delivery, what leaves the guest is not. */
import { describe, expect, test } from "vitest";
import type { Gpa, Iova } from "../../../../src/machine/address.ts";
import { VMX_PROCESSOR } from "../../../../src/machine/cpu/model.ts";
import { PciFunction } from "../../../../src/machine/devices/pci/function.ts";
import type { Card } from "../../../../src/machine/devices/pci/slot.ts";
import type { Dma } from "../../../../src/machine/dma.ts";
import { assemble } from "../../../../src/machine/isa/index.ts";
import { loadFlat } from "../../../../src/machine/load/flat.ts";
import { Machine } from "../../../../src/machine/machine.ts";
import { HASWELL } from "../../../../src/machine/profiles/haswell.ts";
import { UNIT_MONITOR } from "../../../../src/machine/profiles/monitors/unit.ts";
import { NEHALEM } from "../../../../src/machine/profiles/vt-generations.ts";
import { createVm, type Vm } from "../../../../src/virt/cpu/engine.ts";
import { hardwareAssisted } from "../../../../src/virt/cpu/hardware/engine.ts";
import { type VtxOptions, vtx } from "../../../../src/virt/cpu/hardware/vtx.ts";
import { nestedPager } from "../../../../src/virt/mmu/nested.ts";
import { shadow } from "../../../../src/virt/mmu/shadow.ts";

const MEMORY = 4 << 20;
const ORIGIN = 0x10000;
const BAR = 0xe0000000;
const TARGET = 0x30000;
const PERIOD = 40_000;
const COUNT = 20;
const VECTOR = 0x51;
const MESSAGE = 0xfee00000;

/** Register 0: so many interrupts, one a period, each after a dword of DMA to the address in register 4. */
const ticker: Card = ({ bus, clock, dma, message }) => {
  const fn = new PciFunction(bus, { vendor: 0x1af4, device: 0x10ff, class: 0xff0000 });
  let left = 0;
  let target = 0;
  let serial = 0;
  const timer = clock.timer(() => {
    left--;
    serial++;
    dma.write(target as Iova, Uint8Array.of(serial, 0, 0, 0));
    message(MESSAGE, VECTOR);
    if (left > 0) clock.set(timer, clock.now + PERIOD);
  });
  fn.window(0, {
    kind: "memory",
    size: 4096,
    device: {
      read: (offset) => (offset === 0 ? left : offset === 4 ? target : serial),
      write: (offset, value) => {
        if (offset === 4) target = value;
        if (offset !== 0) return;
        left = value;
        clock.set(timer, clock.now + PERIOD);
      },
    },
  });
  return fn;
};

/** Counts interrupts in EBX until there were enough, reads a device register in each, and stops with CLI and HLT. */
const guest = (waits: "hlt" | "spin") => `
bits 32
org ${ORIGIN}
  lidt [pointer]
  mov dword [0xfee000f0], 0x1ff
  mov dword [${BAR} + 4], ${TARGET}
  mov dword [${BAR}], ${COUNT}
  xor ebx, ebx
  xor esi, esi
again:
  sti
  ${waits === "hlt" ? "hlt" : "inc edi"}
  cli
  nop
  cmp ebx, ${COUNT}
  jb again
  mov ecx, [0xfee00080]
  xor edi, edi
  hlt
handler:
  inc ebx
  add esi, [${TARGET}]
  mov eax, [${BAR} + 8]
  cmp [${TARGET}], eax
  jae good
  mov ebp, 0xbad
good:
  mov dword [0xfee000b0], 0
  iret
pointer:
  dw 0x7ff
  dd table
align 8
table:
  times ${8 * VECTOR} db 0
  dw handler - ${ORIGIN} + (${ORIGIN} & 0xffff), 8, 0x8e00, ${ORIGIN >> 16}
  times 0x800 db 0
`;

function load(machine: Machine, waits: "hlt" | "spin"): void {
  loadFlat(machine, assemble(guest(waits)).bytes, { origin: ORIGIN, mode: "protected" });
  const { bus } = machine;
  bus.out(0xcf8, 0x80001810, 4);
  bus.out(0xcfc, BAR, 4);
  bus.out(0xcf8, 0x80001804, 4);
  bus.out(0xcfc, 6, 4);
}

function outcome(machine: Machine) {
  const { reason } = machine.run({ limit: 3_000_000 });
  const { r32 } = machine.cpu;
  const [eax, ecx, ebx, ebp, esi] = [0, 1, 3, 5, 6].map((n) => r32[2 * n]);
  return { reason, eax, ecx, ebx, ebp, esi, serial: machine.bus.read(TARGET as Gpa, 4) };
}

/** What an IOMMU makes of a guest's addresses. */
const offset = (bus: { dmaWrite(at: Gpa, bytes: Uint8Array): void }, base: number): Dma => ({
  read: () => false,
  write(at, bytes) {
    bus.dmaWrite((at + base) as number as Gpa, bytes);
    return true;
  },
});

function vm(options: VtxOptions & { assigned: boolean; translated?: boolean }): Vm {
  const { assigned, translated = true, ...format } = options;
  return createVm(
    {
      ...{ memory: MEMORY, firmware: false, monitor: UNIT_MONITOR, profile: HASWELL },
      physical: VMX_PROCESSOR,
      ...(assigned ? { assigned: [ticker] } : { cards: [ticker] }),
      ...(translated && { attach: ({ bus, base }) => ({ dma: offset(bus, base) }) }),
    },
    hardwareAssisted({ pager: nestedPager({ largest: 21 }), format: vtx(undefined, format) }),
  );
}

const total = (crossings: ReadonlyMap<string, number>) => [...crossings.values()].reduce((a, b) => a + b, 0);

describe.each(["hlt", "spin"] as const)("a guest that waits by %s", (waits) => {
  const bare = new Machine({ memory: MEMORY, firmware: false, profile: HASWELL, cards: [ticker] });
  load(bare, waits);
  const expected = outcome(bare);

  test("on the bare machine", () => {
    expect(expected).toMatchObject({ reason: "halt", ebx: COUNT, ebp: 0, serial: COUNT });
  });

  test.each(
    (["injected", "virtual", "posted"] as const).flatMap((interrupts) =>
      [false, true].map((assigned) => [interrupts, assigned] as const),
    ),
  )("%s, assigned: %s", (interrupts, assigned) => {
    const made = vm({ interrupts, assigned });
    load(made.machine, waits);
    expect(outcome(made.machine)).toEqual(expected);
  });

  test("cut into pieces it ends the same", () => {
    const made = vm({ interrupts: "posted", assigned: true });
    load(made.machine, waits);
    for (let i = 0; i < 3000; i++) made.machine.run({ limit: 7 });
    expect(outcome(made.machine)).toEqual(expected);
  });
});

test("each step takes exits away: the device's registers, the EOI, the interrupt itself", () => {
  const exits = (interrupts: VtxOptions["interrupts"], assigned: boolean) => {
    const made = vm({ ...(interrupts && { interrupts }), assigned });
    load(made.machine, "spin");
    outcome(made.machine);
    return { all: total(made.engine.crossings), of: made.engine.crossings };
  };
  const emulated = exits("injected", false);
  const assigned = exits("injected", true);
  const virtual = exits("virtual", true);
  const posted = exits("posted", true);
  // One read of its register in each handler.
  expect(emulated.all - assigned.all).toBeGreaterThanOrEqual(COUNT);
  expect(virtual.of.get("EPT violation (device)")).toBeUndefined();
  expect(virtual.of.get("interrupt")).toBe(COUNT);
  expect(posted.of.get("interrupt")).toBeUndefined();
  expect(posted.all).toBeLessThan(COUNT);
  expect(assigned.all).toBeGreaterThan(virtual.all);
});

test("a write to another register of the local APIC leaves the guest after it, and is done", () => {
  const made = vm({ interrupts: "posted", assigned: true });
  load(made.machine, "spin");
  outcome(made.machine);
  // SVR.
  expect(made.engine.crossings.get("apicWrite")).toBe(1);
  expect(made.machine.board.lapic.svr).toBe(0x1ff);
});

test("the end of a level-triggered interrupt leaves the guest, for the IOAPIC's sake", () => {
  const made = vm({ interrupts: "posted", assigned: false });
  load(made.machine, "spin");
  const { lapic } = made.machine.board;
  const ended: number[] = [];
  lapic.onEoi = (vector) => ended.push(vector);
  const { deliver } = lapic;
  lapic.deliver = (message) => deliver.call(lapic, { ...message, levelTriggered: true });
  expect(outcome(made.machine)).toMatchObject({ ebx: COUNT, ebp: 0 });
  expect(made.engine.crossings.get("virtualizedEoi")).toBe(COUNT);
  expect(ended).toEqual(new Array(COUNT).fill(VECTOR));
});

test("without an IOMMU the device writes where the guest did not mean", () => {
  const made = vm({ interrupts: "injected", assigned: true, translated: false });
  load(made.machine, "spin");
  const { ebx, serial, ebp } = outcome(made.machine);
  expect(serial).toBe(0);
  expect({ ebx, ebp }).toEqual({ ebx: COUNT, ebp: 0xbad });
  // Host-physical: the monitor's own memory.
  expect(made.host.bus.read(TARGET as Gpa, 4)).toBe(COUNT);
});

test("a processor without it says so", () => {
  const make = (profile: typeof HASWELL, pager: typeof shadow) => () =>
    createVm(
      { memory: MEMORY, firmware: false, monitor: UNIT_MONITOR, profile, physical: VMX_PROCESSOR },
      hardwareAssisted({ pager, format: vtx(undefined, { interrupts: "posted" }) }),
    );
  expect(make(NEHALEM, nestedPager())).toThrow(
    "interrupts without exits on a nehalem: they need EPT and APIC",
  );
  expect(make(HASWELL, shadow)).toThrow("with shadow paging");
});
