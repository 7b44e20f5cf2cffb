/**
 * MP tables: one processor, one IOAPIC, the buses and which interrupt goes to which pin (Intel MultiProcessor Specification
 * 1.4, chapter 4).
 *
 *     floating pointer "_MP_" ──▶ header "PCMP" │ processor │ buses │ IOAPIC │ interrupts … │ LINT0, LINT1
 */
import { CONTROLLERS, type Interrupts } from "./interrupts.ts";
import { ascii, checksum, concat, u8, u16, u32 } from "./table-bytes.ts";

const REVISION_1_4 = 4;
const PROCESSOR = 0;
const BUS = 1;
const IOAPIC = 2;
const IO_INTERRUPT = 3;
const LOCAL_INTERRUPT = 4;
/** Interrupt types. */
const INT = 0;
const NMI = 1;
const EXT_INT = 3;
/** Polarity and trigger: as the bus has them; or active high, level. */
const CONFORMS = 0;
const LEVEL_HIGH = 0x0d;
const PCI = 0;
const ISA = 1;
const EVERY_APIC = 0xff;

export interface Processor {
  /** CPUID.1 EAX and EDX. */
  readonly signature: number;
  readonly features: number;
}

/** The configuration table. */
export function mpConfiguration({ signature, features }: Processor, interrupts: Interrupts): Uint8Array {
  const entries = [
    // Enabled, and the one that boots.
    concat(u8(PROCESSOR, CONTROLLERS.lapicId, CONTROLLERS.lapicVersion, 3), u32(signature, features, 0, 0)),
    concat(u8(BUS, PCI), ascii("PCI   ")),
    concat(u8(BUS, ISA), ascii("ISA   ")),
    concat(u8(IOAPIC, CONTROLLERS.ioapicId, CONTROLLERS.ioapicVersion, 1), u32(CONTROLLERS.ioapicAddress)),
    ...interrupts.isa.map(({ irq, pin }) => io(ISA, irq, CONFORMS, pin)),
    ...interrupts.pci.map(({ device, intx, pin }) => io(PCI, (device << 2) | intx, LEVEL_HIGH, pin)),
    local(EXT_INT, 0),
    local(NMI, 1),
  ];
  const body = concat(...entries);
  const header = (sum: number) =>
    concat(
      ascii("PCMP"),
      u16(44 + body.length),
      u8(REVISION_1_4, sum),
      ascii("RINGLAB PC          "),
      u32(0),
      u16(0, entries.length),
      u32(CONTROLLERS.lapicAddress, 0),
    );
  return concat(header(checksum(concat(header(0), body))), body);
}

function io(bus: number, source: number, flags: number, pin: number): Uint8Array {
  return concat(u8(IO_INTERRUPT, INT), u16(flags), u8(bus, source, CONTROLLERS.ioapicId, pin));
}

function local(type: number, input: number): Uint8Array {
  return concat(u8(LOCAL_INTERRUPT, type), u16(CONFORMS), u8(ISA, 0, EVERY_APIC, input));
}

/** The floating pointer to a configuration table; 16 bytes, to be put at a multiple of 16. No IMCR: virtual wire mode. */
export function mpPointer(configuration: number): Uint8Array {
  const pointer = (sum: number) =>
    concat(ascii("_MP_"), u32(configuration), u8(1, REVISION_1_4, sum, 0, 0, 0, 0, 0));
  return pointer(checksum(pointer(0)));
}
