/**
 * An Intel 82540EM (8086:100e) as a card: its PCI function, the windows onto its registers, and what a write to one of them sets off.
 *
 *     BAR 0   128 KiB of memory: the registers (registers.ts)
 *     BAR 1   ports: +0 which register (IOADDR), +4 its value (IODATA), dwords only (13.1.2)
 */
import type { MmioDevice, PortDevice } from "../../bus.ts";
import type { Dma } from "../../dma.ts";
import type { StateReader, StateWriter } from "../../state.ts";
import type { NetworkPort } from "../network.ts";
import { BUS_MASTER, PciFunction } from "../pci/function.ts";
import type { Card, Slot } from "../pci/slot.ts";
import { Eeprom } from "./eeprom.ts";
import { Interrupts } from "./interrupts.ts";
import { MDIC_INTERRUPT, type Megabits, Phy } from "./phy.ts";
import { Receiver } from "./receive.ts";
import * as R from "./registers.ts";
import type { Core, Refusal } from "./state.ts";
import { STATISTICS, Statistics } from "./statistics.ts";
import { Transmitter } from "./transmit.ts";

export interface E1000Options {
  /** The cable; the card sets its onFrame. */
  readonly port: NetworkPort;
  /** Six bytes. */
  readonly mac: readonly number[];
  /** Speed of the link; 1000 unless said. */
  readonly megabits?: Megabits;
}

/** Upper byte of the status register: "received master abort", cleared by writing one (PCI 3.0, 6.2.3). */
const STATUS_HIGH = 0x07;
const MASTER_ABORT = 0x20;
const SPEED_BITS = { 10: 0, 100: 0x40, 1000: 0x80 } as const;

export const e1000 =
  (options: E1000Options): Card =>
  (slot) =>
    new E1000(slot, options);

export class E1000 extends PciFunction implements MmioDevice {
  /** What stopped the controller's DMA; a reset lets it go on. */
  refusal: Refusal | undefined;
  readonly #registers = new Int32Array(R.SPACE / 4);
  readonly #eeprom: Eeprom;
  readonly #phy: Phy;
  readonly #interrupts: Interrupts;
  readonly #statistics: Statistics;
  readonly #transmitter: Transmitter;
  readonly #receiver: Receiver;
  readonly #megabits: Megabits;
  #linkUp = true;
  #mdic = 0;
  #ioAddress = 0;

  /** Throws a RangeError for an address that is not six bytes. */
  constructor(slot: Slot, { port, mac, megabits = 1000 }: E1000Options) {
    super(slot.bus, {
      ...{ vendor: 0x8086, device: 0x100e, revision: 3, class: 0x020000 },
      ...{ subsystem: 0x001e_8086, interruptPin: 1 },
    });
    if (mac.length !== 6 || mac.some((byte) => !Number.isInteger(byte) || byte < 0 || byte > 255))
      throw new RangeError(`the Ethernet address ${mac.join(":")}: it must be six bytes`);
    const { clock, hertz } = slot;
    const core: Core = {
      ...{ registers: this.#registers, clock, hertz, dma: this.#checked(slot.dma) },
      mayMaster: () => (this.command & BUS_MASTER) !== 0 && this.refusal === undefined,
      raise: (causes) => this.#interrupts.raise(causes),
    };
    this.#megabits = megabits;
    this.#eeprom = new Eeprom(mac);
    this.#phy = new Phy(megabits);
    this.#interrupts = new Interrupts(
      clock,
      hertz,
      () => this.#registers[R.ITR / 4] as number,
      (level) => this.setInterrupt(level),
    );
    this.#statistics = new Statistics(this.#registers);
    this.#transmitter = new Transmitter(core, this.#statistics, megabits, (frame) => {
      if (this.#linkUp) port.transmit(frame);
    });
    this.#receiver = new Receiver(core, this.#statistics);
    port.onFrame = (frame) => {
      if (this.#linkUp) this.#receiver.receive(frame);
    };
    this.window(0, { kind: "memory", size: 0x20000, device: this });
    this.window(1, { kind: "io", size: 64, device: this.#ports() });
    this.#reset();
  }

  /** Plugs the cable in or out. */
  setLink(up: boolean): void {
    if (up === this.#linkUp) return;
    this.#linkUp = up;
    this.#phy.setLink(up);
    this.#interrupts.raise(R.CAUSE.LSC);
  }

  /** Narrower reads take a part of the register's value. */
  read(offset: number, size: number): number {
    const value = this.#get(offset & ~3) >>> 0;
    return size === 4 ? value : (value >>> (8 * (offset & 3))) & ((1 << (8 * size)) - 1);
  }

  /** Registers are written whole (13.1): anything narrower is ignored. */
  write(offset: number, value: number, size: number): void {
    if (size === 4 && (offset & 3) === 0) this.#set(offset, value | 0);
  }

  override writeConfig(offset: number, value: number, size: number): void {
    const at = STATUS_HIGH - offset;
    const cleared = at >= 0 && at < size ? (value >>> (8 * at)) & MASTER_ABORT : 0;
    this.config[STATUS_HIGH] = (this.config[STATUS_HIGH] as number) & ~cleared;
    super.writeConfig(offset, value, size);
    this.#transmitter.kick();
  }

  #get(offset: number): number {
    if (offset >= STATISTICS.first && offset <= STATISTICS.last) return this.#statistics.read(offset);
    switch (offset) {
      case R.STATUS:
        return R.FULL_DUPLEX | (this.#linkUp ? R.LINK_UP : 0) | SPEED_BITS[this.#megabits];
      case R.EECD:
        return this.#eeprom.eecd;
      case R.EERD:
        return this.#eeprom.eerd;
      case R.MDIC:
        return this.#mdic;
      case R.ICR:
        return this.#interrupts.take();
      case R.IMS:
        return this.#interrupts.mask;
      default:
        return this.#registers[offset / 4] ?? 0;
    }
  }

  #set(offset: number, value: number): void {
    const mask = R.WRITABLE[offset / 4] ?? 0;
    if (mask !== 0) this.#registers[offset / 4] = value & mask;
    switch (offset) {
      case R.CTRL:
        if (value & R.PHY_RESET) this.#phy.reset();
        if (value & R.RESET) this.#reset();
        break;
      case R.EECD:
        this.#eeprom.eecd = value;
        break;
      case R.EERD:
        this.#eeprom.readWord(value);
        break;
      case R.MDIC:
        this.#mdic = this.#phy.command(value);
        if (value & MDIC_INTERRUPT) this.#interrupts.raise(R.CAUSE.MDAC);
        break;
      case R.ICR:
        this.#interrupts.clear(value);
        break;
      case R.ICS:
        this.#interrupts.raise(value);
        break;
      case R.IMS:
        this.#interrupts.open(value);
        break;
      case R.IMC:
        this.#interrupts.close(value);
        break;
      case R.TCTL:
      case R.TDBAL + R.TAIL:
        this.#transmitter.kick();
        break;
      case R.RCTL:
      case R.RDBAL + R.TAIL:
        this.#receiver.drain();
        break;
      case R.RDTR:
        // Bit 31: what waits for the timer is told now (13.4.30).
        if (value < 0 && this.#receiver.delay.pending) this.#receiver.delay.flush();
        break;
      default:
    }
  }

  /** CTRL.RST (13.4.1): all but the PCI configuration and the PHY. */
  #reset(): void {
    this.refusal = undefined;
    this.#registers.fill(0);
    for (const [offset, value] of R.INITIAL) this.#registers[offset / 4] = value;
    const [low, middle, high] = this.#eeprom.words as unknown as [number, number, number];
    this.#registers[R.RAL0 / 4] = low | (middle << 16);
    this.#registers[R.RAL0 / 4 + 1] = high | (1 << 31);
    this.#mdic = 0;
    this.#eeprom.reset();
    this.#transmitter.reset();
    this.#receiver.reset();
    this.#interrupts.reset();
  }

  #checked(dma: Dma): Dma {
    const refuse = (direction: Refusal["direction"], at: Refusal["at"], length: number) => {
      this.refusal = { at, length, direction };
      this.config[STATUS_HIGH] = (this.config[STATUS_HIGH] as number) | MASTER_ABORT;
      return false;
    };
    return {
      read: (at, into) => dma.read(at, into) || refuse("read", at, into.length),
      write: (at, bytes) => dma.write(at, bytes) || refuse("write", at, bytes.length),
    };
  }

  #ports(): PortDevice {
    return {
      in: (port, size) => {
        if (size !== 4) return 0;
        if ((port & 63) === 0) return this.#ioAddress;
        return (port & 63) === 4 ? this.read(this.#ioAddress, 4) : 0;
      },
      out: (port, value, size) => {
        if (size !== 4) return;
        if ((port & 63) === 0) this.#ioAddress = value & 0x1_fffc;
        else if ((port & 63) === 4) this.write(this.#ioAddress, value, 4);
      },
    };
  }

  #parts() {
    return [this.#eeprom, this.#phy, this.#interrupts, this.#transmitter, this.#receiver];
  }

  override save(out: StateWriter): void {
    super.save(out);
    out.array(this.#registers);
    out.int(this.#mdic);
    out.int(this.#ioAddress);
    out.flag(this.#linkUp);
    const { at = 0, length = 0, direction = "" } = this.refusal ?? {};
    out.section(direction);
    out.double(at);
    out.int(length);
    for (const part of this.#parts()) part.save(out);
  }

  override load(from: StateReader): void {
    super.load(from);
    from.array(this.#registers);
    this.#mdic = from.int();
    this.#ioAddress = from.int();
    this.#linkUp = from.flag();
    const direction = new TextDecoder().decode(from.bytes());
    const at = from.double() as Refusal["at"];
    const length = from.int();
    this.refusal =
      direction === "" ? undefined : { at, length, direction: direction as Refusal["direction"] };
    for (const part of this.#parts()) part.load(from);
  }
}
