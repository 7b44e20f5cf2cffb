/**
 * The PCI-to-ISA bridge of an Intel 82371SB (PIIX3): it leads the four PCI interrupt wires to ISA interrupts, and resets the
 * machine by port cf9.
 *
 *     60h … 63h  PIRQA … PIRQD:  7 off │ 3 … 0 ISA interrupt     (82371SB, 2.2.8)
 *     port cf9   bit 2 rising: reset (bit 1: a hard one)          (2.5.4)
 */
import type { Bus } from "../../bus.ts";
import type { StateReader, StateWriter } from "../../state.ts";
import type { IrqLine, IrqWires } from "../irq.ts";
import { BytePorts } from "../ports.ts";
import type { PciBus } from "./bus.ts";
import { PciFunction } from "./function.ts";

const PIRQ = 0x60;
const OFF = 0x80;
const RESET = 4;
/** The ISA interrupts that a PCI one may become: 3–7, 9–12, 14, 15. */
const ROUTABLE = 0xdef8;

export interface Piix3Parts {
  bus: Bus;
  pci: PciBus;
  wires: IrqWires;
  onReset: () => void;
}

export class Piix3 extends PciFunction {
  #control = 0;
  readonly #pci: PciBus;
  readonly #lines: (IrqLine | undefined)[];
  readonly #onReset: () => void;

  /** `onReset`: the guest asks for a reset of the machine. */
  constructor({ bus, pci, wires, onReset }: Piix3Parts) {
    super(bus, { vendor: 0x8086, device: 0x7000, class: 0x060100, multifunction: true });
    this.preset(0x04, [7, 0, 0, 2]);
    this.preset(PIRQ, [OFF, OFF, OFF, OFF]);
    this.writable(0x40, new Array(0xc0).fill(0xff));
    this.#pci = pci;
    this.#onReset = onReset;
    this.#lines = Array.from({ length: 16 }, (_, irq) =>
      ROUTABLE & (1 << irq) ? wires.source(irq) : undefined,
    );
    pci.onWire = () => this.#route();
    bus.mapPorts(
      0xcf9,
      0xcf9,
      new BytePorts(
        () => this.#control,
        (_port, value) => this.#setControl(value),
      ),
    );
  }

  override writeConfig(offset: number, value: number, size: number): void {
    super.writeConfig(offset, value, size);
    if (offset >> 2 === PIRQ >> 2) this.#route();
  }

  /** An ISA interrupt is high while any wire that leads to it is. */
  #route(): void {
    let high = 0;
    for (let wire = 0; wire < 4; wire++) {
      const route = this.config[PIRQ + wire] as number;
      if (!(route & OFF) && this.#pci.wire(wire)) high |= 1 << (route & 15);
    }
    for (const [irq, line] of this.#lines.entries()) line?.set((high & (1 << irq)) !== 0);
  }

  #setControl(value: number): void {
    const rises = value & RESET & ~this.#control;
    this.#control = value & 6;
    if (rises) this.#onReset();
  }

  override save(out: StateWriter): void {
    super.save(out);
    out.int(this.#control);
  }

  override load(from: StateReader): void {
    super.load(from);
    this.#control = from.int();
  }
}
