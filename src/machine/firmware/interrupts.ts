/** Which interrupt reaches which pin of the IOAPIC: one truth for the MP and the ACPI tables. */

export const CONTROLLERS = {
  lapicId: 0,
  lapicVersion: 0x14,
  lapicAddress: 0xfee00000,
  ioapicId: 0,
  ioapicVersion: 0x20,
  ioapicAddress: 0xfec00000,
} as const;

/** The ISA interrupts that the BIOS gives to PCI wires A … D. */
export const PIRQ = [10, 10, 11, 11] as const;
/** ACPI's own interrupt. */
export const SCI = 9;
/** The PCI devices that a board may have: all but the two of the chipset. */
const PCI_DEVICES = Array.from({ length: 30 }, (_, i) => i + 2);

export interface Interrupts {
  /** The 8254's interrupt 0 goes to pin 2, where a PC/AT has its second 8259A, whose 2 goes nowhere. */
  readonly isa: readonly { readonly irq: number; readonly pin: number }[];
  /** `intx`: 0 … 3 for INTA … INTD. */
  readonly pci: readonly { readonly device: number; readonly intx: number; readonly pin: number }[];
}

const shared = new Set<number>(PIRQ);

export const INTERRUPTS: Interrupts = {
  isa: Array.from({ length: 16 }, (_, irq) => irq)
    .filter((irq) => irq !== 2 && !shared.has(irq))
    .map((irq) => ({ irq, pin: irq === 0 ? 2 : irq })),
  pci: PCI_DEVICES.flatMap((device) =>
    [0, 1, 2, 3].map((intx) => ({ device, intx, pin: PIRQ[(intx + device - 1) & 3] as number })),
  ),
};
