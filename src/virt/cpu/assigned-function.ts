/**
 * What a guest sees of a function of the host's: identity and base address registers are the monitor's, everything from 40h on (capabilities)
 * the function's. Its windows lead to where they are on the host's bus, but for the MSI-X table, which the monitor keeps.
 */
import type { Gpa, Hpa } from "../../machine/address.ts";
import type { Bus, MmioDevice } from "../../machine/bus.ts";
import {
  BUS_MASTER,
  COMMAND,
  type Identity,
  PciFunction,
  STATUS,
} from "../../machine/devices/pci/function.ts";
import { MsiX } from "../../machine/devices/pci/msi-x.ts";
import type { Card } from "../../machine/devices/pci/slot.ts";
import type { StateReader, StateWriter } from "../../machine/state.ts";

const CAPABILITIES = 0x34;
const HEADER = 0x40;

/** A piece of the host's bus. */
export class HostWindow implements MmioDevice {
  readonly #bus: Bus;
  readonly #at: () => number;

  constructor(bus: Bus, at: () => number) {
    this.#bus = bus;
    this.#at = at;
  }

  get at(): Hpa {
    return this.#at() as Hpa;
  }

  read(offset: number, size: number): number {
    return this.#bus.read((this.#at() + offset) as Gpa, size);
  }

  write(offset: number, value: number, size: number): void {
    this.#bus.write((this.#at() + offset) as Gpa, value, size);
  }
}

class AssignedFunction extends PciFunction {
  readonly #function: PciFunction;

  constructor(
    windows: ConstructorParameters<typeof PciFunction>[0],
    host: Bus,
    fn: PciFunction,
    as: Identity,
  ) {
    super(windows, as);
    this.#function = fn;
    this.preset(CAPABILITIES, [fn.readConfig(CAPABILITIES, 1)]);
    this.preset(STATUS, [fn.readConfig(STATUS, 1)]);
    for (const [bar, { kind, size, device }] of fn.windows) {
      if (kind === "io") throw new RangeError("a function with ports cannot be assigned");
      const window = device instanceof MsiX ? device : new HostWindow(host, () => fn.base(bar));
      this.window(bar, { kind, size, device: window });
    }
  }

  override readConfig(offset: number, size: number): number {
    return offset < HEADER ? super.readConfig(offset, size) : this.#function.readConfig(offset, size);
  }

  override writeConfig(offset: number, value: number, size: number): void {
    const fn = this.#function;
    if (offset >= HEADER) {
      fn.writeConfig(offset, value, size);
      return;
    }
    super.writeConfig(offset, value, size);
    // Whether its window is open on the host's bus is the host's to say.
    if (offset === COMMAND)
      fn.writeConfig(COMMAND, (fn.command & ~BUS_MASTER) | (this.command & BUS_MASTER), 2);
  }

  override save(out: StateWriter): void {
    super.save(out);
    this.#function.save(out);
  }

  override load(from: StateReader): void {
    super.load(from);
    this.#function.load(from);
  }
}

/** A function of the host's as a card for one guest. Throws a RangeError when it has ports. */
export const assignedFunction =
  (host: Bus, fn: PciFunction, as: Identity): Card =>
  (slot) =>
    new AssignedFunction(slot.bus, host, fn, as);
