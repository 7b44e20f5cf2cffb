/**
 * ACPI tables (ACPI 6.5, chapter 5):
 *
 *     RSDP "RSD PTR " ──▶ RSDT ──┬▶ FADT ──┬▶ FACS (in the EBDA: operating systems write it)
 *                                │         └▶ DSDT: the PCI bus, its interrupts and slots, how to switch off
 *                                ├▶ MADT: the local APIC, the IOAPIC, interrupts that are not as on ISA
 *                                └▶ DMAR, with a remapping unit: where its registers are, and whose requests it sees
 */
import { PM_BASE } from "../devices/acpi-pm.ts";
import { GPE, HOT_PLUG } from "../devices/pci/hot-plug.ts";
import { buffer, device, eisaId, integer, name, packageOf, scope } from "./aml.ts";
import { events, slots } from "./hot-plug.ts";
import { CONTROLLERS, INTERRUPTS, PIRQ, SCI } from "./interrupts.ts";
import { busNumbers, memoryRange, portRange, ports, resources } from "./resources.ts";
import { ascii, checksum, concat, u8, u16, u32 } from "./table-bytes.ts";

const RTC_CENTURY = 0x32;
/** IAPC_BOOT_ARCH: there are ISA devices and a keyboard controller. */
const LEGACY = 3;
/** WBINVD works, C1 works, no sleep or power button, the timer has 24 bits. */
const FIXED_FEATURES = 0x35;
/** MADT flag: the two 8259A are there too. */
const PC_AT = 1;
const LEVEL_HIGH = 0x0d;

/** A table with its header: the length and the checksum are filled in. */
function table(signature: string, revision: number, body: Uint8Array): Uint8Array {
  const make = (sum: number) =>
    concat(
      ascii(signature),
      u32(36 + body.length),
      u8(revision, sum),
      ascii("RNGLABRINGLAB "),
      u32(1),
      ascii("RNGL"),
      u32(1),
      body,
    );
  return make(checksum(make(0)));
}

/** The root pointer, version 1.0: 20 bytes, to be put at a multiple of 16. */
export function rsdp(rsdt: number): Uint8Array {
  const pointer = (sum: number) => concat(ascii("RSD PTR "), u8(sum), ascii("RNGLAB"), u8(0), u32(rsdt));
  return pointer(checksum(pointer(0)));
}

export function rsdt(tables: readonly number[]): Uint8Array {
  return table("RSDT", 1, u32(...tables));
}

/** 64 bytes, to be put at a multiple of 64 in memory that can be written. */
export function facs(): Uint8Array {
  return concat(ascii("FACS"), u32(64), new Uint8Array(56));
}

/** Version 1.0b's table: power management without a power button or sleep states but off. */
export function fadt(at: { facs: number; dsdt: number }): Uint8Array {
  const body = concat(
    u32(at.facs, at.dsdt),
    u8(0, 0),
    u16(SCI),
    u32(0), // no SMI command port: ACPI mode is always on
    u8(0, 0, 0, 0),
    u32(PM_BASE, 0, PM_BASE + 4, 0, 0, PM_BASE + 8, GPE.base, 0),
    u8(4, 2, 0, 4, GPE.ports, 0, 0, 0), // bytes of PM1 events, PM1 control, PM2, timer, GPE 0 and 1; GPE 1's first; no C states by _CST
    u16(0xfff, 0xfff), // C2 and C3 take too long to be worth it
    u16(0, 0),
    u8(0, 0, 0, 0, RTC_CENTURY),
    u16(LEGACY),
    u8(0),
    u32(FIXED_FEATURES),
  );
  return table("FACP", 1, body);
}

export function madt(): Uint8Array {
  const override = (irq: number, pin: number, flags: number) =>
    concat(u8(2, 10, 0, irq), u32(pin), u16(flags));
  const level = [...new Set<number>([SCI, ...PIRQ])].map((irq) => override(irq, irq, LEVEL_HIGH));
  return table(
    "APIC",
    1,
    concat(
      u32(CONTROLLERS.lapicAddress, PC_AT),
      concat(u8(0, 8, 0, CONTROLLERS.lapicId), u32(1)),
      concat(u8(1, 12, CONTROLLERS.ioapicId, 0), u32(CONTROLLERS.ioapicAddress, 0)),
      override(0, 2, 0),
      ...level,
      concat(u8(4, 6, 0xff), u16(0), u8(1)), // NMI at LINT1
    ),
  );
}

/** Of a DMA remapping unit, as far as firmware tells. */
export interface RemappingUnit {
  readonly registers: number;
  /** Host address width in bits. */
  readonly addressBits: number;
}

/**
 * DMA remapping reporting (Intel VT-d, chapter 8): one unit, for every device of segment 0 that no other is named for. Interrupts are not
 * reported as remapped: the IOAPIC's messages do not go through it.
 */
export function dmar({ registers, addressBits }: RemappingUnit): Uint8Array {
  const ALL_DEVICES = 1;
  const unit = concat(u16(0, 16), u8(ALL_DEVICES, 0), u16(0), u32(registers, 0));
  return table("DMAR", 1, concat(u8(addressBits - 1, 0), new Uint8Array(10), unit));
}

export function dsdt(): Uint8Array {
  const off = packageOf(integer(0), integer(0), integer(0), integer(0));
  // Any function of the device, its pin, no link device, the IOAPIC's pin.
  const routes = INTERRUPTS.pci.map(({ device, intx, pin }) =>
    packageOf(integer(device * 0x10000 + 0xffff), integer(intx), integer(0), integer(pin)),
  );
  const windows = resources(
    busNumbers(0, 0xff),
    ports(0xcf8, 8),
    portRange(0, 0xcf7),
    portRange(0xd00, 0xffff),
    memoryRange(0xa0000, 0xbffff),
    memoryRange(0xe0000000, 0xfebfffff),
  );
  const bus = device(
    "PCI0",
    name("_HID", eisaId("PNP0A03")),
    name("_ADR", integer(0)),
    name("_CRS", buffer(windows)),
    name("_PRT", packageOf(...routes)),
    slots(),
  );
  // The bus hands these ports on to nobody.
  const taken = resources(ports(HOT_PLUG.base, HOT_PLUG.ports), ports(GPE.base, GPE.ports));
  const registers = device("PHPR", name("_HID", eisaId("PNP0A06")), name("_CRS", buffer(taken)));
  return table("DSDT", 1, concat(name("_S5_", off), scope("_SB_", bus, registers), scope("_GPE", events())));
}
