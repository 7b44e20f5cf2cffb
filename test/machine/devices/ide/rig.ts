/** An IDE controller on a bus of its own, with interrupt 14's level to look at. */
import { Bus } from "../../../../src/machine/bus.ts";
import { Clock } from "../../../../src/machine/clock.ts";
import { Disk, SECTOR } from "../../../../src/machine/devices/disk.ts";
import { IdeController } from "../../../../src/machine/devices/ide/controller.ts";
import { IrqWires } from "../../../../src/machine/devices/irq.ts";
import { StateReader, StateWriter } from "../../../../src/machine/state.ts";

export const SECTORS = 5000;
export const HERTZ = 1_000_000_000;

export class Rig {
  readonly bus = new Bus(1 << 20);
  readonly clock = new Clock();
  readonly wires = new IrqWires();
  readonly disk: Disk;
  readonly controller: IdeController;

  constructor(disks = 1) {
    const image = new Uint8Array(SECTORS * SECTOR);
    for (let sector = 0; sector < SECTORS; sector++)
      image.fill(sector * 3, sector * SECTOR, (sector + 1) * SECTOR);
    this.disk = new Disk(image);
    const all = disks > 0 ? [this.disk] : [];
    const { bus, clock, wires } = this;
    this.controller = new IdeController({ bus, clock, wires, hertz: HERTZ, disks: all });
  }

  in(register: number): number {
    return this.bus.in(0x1f0 + register, 1);
  }

  out(register: number, value: number): void {
    this.bus.out(0x1f0 + register, value, 1);
  }

  /** Registers of a 28-bit command, then the command. */
  command(code: number, sector = 0, count = 1): void {
    this.out(2, count);
    this.out(3, sector & 0xff);
    this.out(4, (sector >> 8) & 0xff);
    this.out(5, (sector >> 16) & 0xff);
    this.out(6, 0xe0 | (sector >> 24));
    this.out(7, code);
  }

  get interrupt(): boolean {
    return this.wires.level(14);
  }

  /** Sleeps until the next timer. Returns the cycles that took. */
  sleep(): number {
    const before = this.clock.now;
    this.clock.sleepUntil(this.clock.next);
    this.clock.advance();
    return this.clock.now - before;
  }

  readBlock(sectors = 1): Uint8Array {
    const words = new Uint16Array((sectors * SECTOR) / 2);
    for (let i = 0; i < words.length; i++) words[i] = this.bus.in(0x1f0, 2);
    return new Uint8Array(words.buffer);
  }

  writeBlock(value: number, sectors = 1): void {
    for (let i = 0; i < (sectors * SECTOR) / 2; i++) this.bus.out(0x1f0, value * 0x101, 2);
  }

  /** The whole state, into a rig of the same disks. */
  moveTo(other: Rig): void {
    const out = new StateWriter();
    this.clock.save(out);
    this.wires.save(out);
    this.controller.save(out);
    this.disk.save(out);
    const from = new StateReader(out.finish());
    other.clock.load(from);
    other.wires.load(from);
    other.controller.load(from);
    other.disk.load(from);
  }
}
