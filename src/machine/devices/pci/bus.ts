/**
 * PCI bus 0 and configuration mechanism #1 (PCI Local Bus 3.0, 3.2.2.3.2):
 *
 *     port cf8   31 enable │ 23 … 16 bus │ 15 … 11 device │ 10 … 8 function │ 7 … 2 dword
 *     port cfc   … cff: that dword's bytes
 *
 * The four interrupt pins of a device go to four wires, rotated by its number so that devices share them evenly.
 */
import type { Bus, PortDevice } from "../../bus.ts";
import { SnapshotError, type Stateful, StateReader, StateWriter } from "../../state.ts";
import { floating } from "../ports.ts";
import type { PciFunction } from "./function.ts";

const ENABLE = 0x8000_0000;

/** What configuration accesses reach. */
export interface ConfigSpace extends Pick<PciFunction, "readConfig" | "writeConfig"> {
  /** Bytes of it. */
  readonly configBytes: number;
}

/** What functions store for good. */
const media = (functions: PciBus["functions"]) => functions.flatMap(([, fn]) => fn.media);

export class PciBus implements PortDevice, Stateful {
  #address = 0;
  readonly #functions = new Map<number, PciFunction>();
  /** Each function as it was when it was plugged in. */
  readonly #pristine = new Map<number, Uint8Array>();
  /** Functions that others switch on and off, and keep (SR-IOV). */
  readonly #virtual = new Map<number, ConfigSpace>();
  /** Drivers of the four wires: bit n of a wire is device n's. */
  readonly #wires = new Int32Array(4);
  /** Told of a change of a wire (PIRQA … PIRQD: 0 … 3). */
  onWire: (wire: number, level: boolean) => void = () => {};

  constructor(bus: Bus) {
    bus.mapPorts(0xcf8, 0xcff, this);
  }

  /** Throws a RangeError when the place is taken or is none. */
  plug(device: number, fn: number, pciFunction: PciFunction): void {
    const place = (device << 3) | fn;
    if (device < 0 || device > 31 || fn < 0 || fn > 7) throw new RangeError(`no place ${device}.${fn}`);
    if (this.#functions.has(place)) throw new RangeError(`PCI device ${device}.${fn} is there already`);
    this.#functions.set(place, pciFunction);
    const pin = pciFunction.config[0x3d] as number;
    if (pin > 0) pciFunction.interrupt = (level) => this.#drive((pin - 1 + device - 1) & 3, place, level);
    const pristine = new StateWriter();
    pciFunction.save(pristine);
    this.#pristine.set(place, pristine.finish());
  }

  /** Takes a function out: nothing answers at its place or in its windows, and its pin drives no wire. */
  unplug(device: number, fn: number): void {
    const place = (device << 3) | fn;
    const pciFunction = this.#functions.get(place);
    if (pciFunction === undefined) throw new RangeError(`PCI device ${device}.${fn} is not there`);
    this.#functions.delete(place);
    this.#pristine.delete(place);
    pciFunction.interrupt(false);
    pciFunction.interrupt = () => {};
    pciFunction.unplugged();
  }

  /** The RESET line: every function is as it was when it was plugged in. */
  reset(): void {
    this.#address = 0;
    this.#wires.fill(0);
    for (const [place, fn] of this.functions) {
      fn.reset();
      fn.load(new StateReader(this.#pristine.get(place) as Uint8Array));
    }
  }

  /** A virtual function answers at a place, device << 3 | function; undefined: no more. Throws a RangeError when a function is there. */
  plugVirtual(place: number, space: ConfigSpace | undefined): void {
    if (this.#functions.has(place))
      throw new RangeError(`PCI device ${place >> 3}.${place & 7} is there already`);
    if (space === undefined) this.#virtual.delete(place);
    else this.#virtual.set(place, space);
  }

  /** What answers at a place. */
  at(place: number): ConfigSpace | undefined {
    return this.#functions.get(place) ?? this.#virtual.get(place);
  }

  /** The functions in the order of their places, device << 3 | function. */
  get functions(): readonly (readonly [number, PciFunction])[] {
    return [...this.#functions].sort(([a], [b]) => a - b);
  }

  wire(number: number): boolean {
    return this.#wires[number] !== 0;
  }

  #drive(wire: number, place: number, level: boolean): void {
    const before = this.#wires[wire] as number;
    const driver = 1 << (place >> 3);
    const after = level ? before | driver : before & ~driver;
    this.#wires[wire] = after;
    if ((before === 0) !== (after === 0)) this.onWire(wire, after !== 0);
  }

  in(port: number, size: number): number {
    if (port < 0xcfc) return port === 0xcf8 && size === 4 ? this.#address >>> 0 : floating(size);
    return this.#target()?.readConfig(this.#offset(port), size) ?? floating(size);
  }

  out(port: number, value: number, size: number): void {
    // Only a dword write reaches the address register; others belong to ports that share its place.
    if (port === 0xcf8 && size === 4) this.#address = value & ~0x7f00_0003;
    else if (port >= 0xcfc) this.#target()?.writeConfig(this.#offset(port), value, size);
  }

  #target(): ConfigSpace | undefined {
    const address = this.#address;
    if (!(address & ENABLE) || (address & 0x00ff_0000) !== 0) return undefined;
    return this.at((address >>> 8) & 0xff);
  }

  #offset(port: number): number {
    return (this.#address & 0xfc) | (port & 3);
  }

  save(out: StateWriter): void {
    out.section("pci");
    out.int(this.#address);
    out.array(this.#wires);
    const { functions } = this;
    out.int(functions.length);
    for (const [place] of functions) out.int(place);
    for (const medium of media(functions)) medium.save(out);
    for (const [, fn] of functions) fn.save(out);
  }

  /** Throws a SnapshotError when it was taken with other devices plugged in. */
  load(from: StateReader): void {
    from.section("pci");
    this.#address = from.int();
    from.array(this.#wires);
    const saved = Array.from({ length: from.int() }, () => from.int());
    const { functions } = this;
    const places = functions.map(([place]) => place);
    const odd = [...saved, ...places].find((place) => saved.includes(place) !== places.includes(place));
    if (odd !== undefined)
      throw new SnapshotError(
        `PCI device ${odd >> 3}.${odd & 7} is in ${saved.includes(odd) ? "the snapshot, but not in this machine: attach" : "this machine, but not in the snapshot: detach"} it first`,
      );
    // First what they store: one may ask again for what was in flight.
    for (const medium of media(functions)) medium.load(from);
    for (const [, fn] of functions) fn.load(from);
  }
}
