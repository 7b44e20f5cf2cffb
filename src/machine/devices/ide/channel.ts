/**
 * One IDE channel: two drives behind one set of registers, and what goes on between a command and its end.
 *
 *     PIO in    command ─BSY─▶ DRQ + interrupt ─host reads a block─▶ BSY … DRQ + interrupt … ▶ ready
 *     PIO out   command ─▶ DRQ ─host writes a block─▶ BSY ─▶ DRQ + interrupt … ▶ ready + interrupt
 *     DMA       command ─BSY─▶ bus master started ─time─▶ all bytes moved ─▶ ready + interrupt
 *
 * What a command does is in commands.ts. (ATA/ATAPI-6, clauses 6, 7 and 9.)
 */
import type { PortDevice } from "../../bus.ts";
import type { Clock, Timer } from "../../clock.ts";
import type { Stateful, StateReader, StateWriter } from "../../state.ts";
import { SECTOR } from "../disk.ts";
import type { IrqLine } from "../irq.ts";
import { floating } from "../ports.ts";
import { Block } from "./block.ts";
import type { BusMaster } from "./bus-master.ts";
import type { DiskTiming, Drive } from "./drive.ts";
import {
  COMMAND,
  CONTROL,
  COUNT,
  DATA,
  DEVICE,
  DEVICE_SELECT,
  ERROR,
  FEATURES,
  STATUS,
} from "./registers.ts";
import { TaskFile } from "./task-file.ts";

/** What comes when the busy time is over. */
const NEXT = { NOTHING: 0, READ: 1, WRITE: 2, DMA: 3 } as const;
const READY = STATUS.DRDY | STATUS.DSC;

/** Sectors on their way. */
interface Transfer {
  sector: number;
  left: number;
  /** Sectors between two interrupts. */
  block: number;
  extended: boolean;
  write: boolean;
}

export interface ChannelParts {
  clock: Clock;
  /** Cycles a second. */
  hertz: number;
  timing: DiskTiming;
  irq: IrqLine;
  busMaster: BusMaster;
  drives: readonly [Drive | undefined, Drive | undefined];
  /** Carries a command out; it finds its registers in `task`. */
  execute: (channel: IdeChannel, command: number) => void;
}

export class IdeChannel implements PortDevice, Stateful {
  readonly drives: readonly [Drive | undefined, Drive | undefined];
  readonly #tasks = [new TaskFile(), new TaskFile()] as const;
  #selected: 0 | 1 = 0;
  #control = 0;
  #interrupt = false;

  readonly #block = new Block();
  #next: number = NEXT.NOTHING;
  #waitsForBusMaster = false;
  #transfer: Transfer = { sector: 0, left: 0, block: 1, extended: false, write: false };

  readonly #parts: ChannelParts;
  readonly #timer: Timer;

  constructor(parts: ChannelParts) {
    this.#parts = parts;
    this.drives = parts.drives;
    this.#timer = parts.clock.timer(() => this.#go());
    parts.busMaster.onStart = () => this.#startDma();
    for (const [i, task] of this.#tasks.entries()) if (!parts.drives[i]) task.status = 0;
  }

  /** The selected device's registers. */
  get task(): TaskFile {
    return this.#tasks[this.#selected];
  }

  /** The selected drive, absent when nothing is connected there. */
  get drive(): Drive | undefined {
    return this.drives[this.#selected];
  }

  // The command block: eight ports.

  in(port: number, size: number): number {
    const register = port & 7;
    if (register === DATA) return this.#readData(size);
    if (register === COMMAND) {
      this.#setInterrupt(false);
      return this.task.status;
    }
    if (!this.drives[0] && !this.drives[1]) return 0;
    if (register === FEATURES) return this.task.error;
    if (register === DEVICE_SELECT) return (this.task.current[DEVICE_SELECT] as number) | 0xa0;
    const { current, previous } = this.task;
    return (this.#control & CONTROL.HOB ? previous : current)[register] as number;
  }

  out(port: number, value: number, size: number): void {
    const register = port & 7;
    if (register === DATA) this.#writeData(value, size);
    else if (register === COMMAND) this.#command(value);
    else if (!(this.task.status & STATUS.BSY)) this.#set(register, value);
  }

  #set(register: number, value: number): void {
    this.#control &= ~CONTROL.HOB;
    // Both devices listen, so that the one that is selected later has the registers too.
    for (const task of this.#tasks) task.set(register, value);
    if (register === DEVICE_SELECT) this.#selected = value & DEVICE.DEV ? 1 : 0;
  }

  // The control block: alternate status and device control.

  readonly control: PortDevice = {
    in: () => this.task.status,
    out: (_port, value) => this.#setControl(value),
  };

  #setControl(value: number): void {
    const before = this.#control;
    this.#control = value;
    if (value & ~before & CONTROL.SRST) this.#beginReset();
    if (before & ~value & CONTROL.SRST) this.#endReset();
    this.#wire();
  }

  #command(command: number): void {
    if (!this.drive || this.task.status & (STATUS.BSY | STATUS.DRQ)) return;
    this.#setInterrupt(false);
    this.task.error = 0;
    this.task.status = READY;
    this.#parts.execute(this, command);
  }

  #beginReset(): void {
    this.#cancel();
    for (const [i, task] of this.#tasks.entries()) if (this.drives[i]) task.status = STATUS.BSY | STATUS.DSC;
  }

  #endReset(): void {
    for (const drive of this.drives) drive?.reset();
    this.sign();
  }

  #cancel(): void {
    this.#parts.clock.clear(this.#timer);
    this.#next = NEXT.NOTHING;
    this.#waitsForBusMaster = false;
    this.#setInterrupt(false);
  }

  // What commands.ts works with.

  /** Both devices have passed their test and show what they are; device 0 is selected. */
  sign(): void {
    for (const [i, task] of this.#tasks.entries()) {
      task.sign();
      if (!this.drives[i]) task.status = 0;
    }
    this.#selected = 0;
  }

  /** The command is done: ready, with an interrupt. */
  finish(): void {
    this.task.status = READY;
    this.#setInterrupt(true);
  }

  /** The command has failed with bits of the error register. */
  fail(error: number): void {
    this.task.error = error;
    this.task.status = READY | STATUS.ERR;
    this.#setInterrupt(true);
  }

  /** Gives the host a block of data that does not come from the medium. */
  present(block: Uint8Array): void {
    this.#transfer.left = 0;
    this.#transfer.write = false;
    this.#offer(block);
  }

  /** Starts a PIO transfer in blocks of so many sectors. */
  transfer(transfer: Transfer): void {
    this.#transfer = transfer;
    if (!transfer.write) this.#wait(NEXT.READ);
    else this.#ask();
  }

  /** Starts a transfer that the bus master will make. */
  transferDma(transfer: Transfer): void {
    this.#transfer = transfer;
    this.task.status = STATUS.BSY | READY;
    this.#waitsForBusMaster = true;
    this.#startDma();
  }

  // Data.

  #readData(size: number): number {
    if (!(this.task.status & STATUS.DRQ) || this.#transfer.write) return floating(size);
    const value = this.#block.read(size);
    if (this.#block.moved) {
      if (this.#transfer.left > 0) this.#wait(NEXT.READ);
      else this.task.status = READY;
    }
    return value;
  }

  #writeData(value: number, size: number): void {
    if (!(this.task.status & STATUS.DRQ) || !this.#transfer.write) return;
    this.#block.write(value, size);
    if (this.#block.moved) this.#wait(NEXT.WRITE);
  }

  /** A block for the host to read. */
  #offer(block: Uint8Array): void {
    this.#block.fill(block);
    this.task.status = READY | STATUS.DRQ;
    this.#setInterrupt(true);
  }

  /** Room for the host's next block. */
  #ask(): void {
    const { left, block } = this.#transfer;
    this.#block.fill(new Uint8Array(Math.min(left, block) * SECTOR));
    this.task.status = READY | STATUS.DRQ;
  }

  // Time.

  /** Busy for as long as the next block takes, or all of a DMA transfer. */
  #wait(next: number): void {
    const { sector, left, block } = this.#transfer;
    const { timing, hertz, clock } = this.#parts;
    const sectors = next === NEXT.DMA ? left : Math.min(left, block);
    const access = this.drive?.position === sector ? 0 : timing.access;
    this.task.status = STATUS.BSY | READY;
    this.#next = next;
    clock.set(this.#timer, clock.now + Math.ceil((access + sectors * timing.sector) * hertz));
  }

  #startDma(): void {
    if (!this.#waitsForBusMaster || !this.#parts.busMaster.ready) return;
    this.#waitsForBusMaster = false;
    this.#wait(NEXT.DMA);
  }

  #go(): void {
    const next = this.#next;
    this.#next = NEXT.NOTHING;
    if (next === NEXT.READ) this.#readBlock();
    else if (next === NEXT.WRITE) this.#writeBlock();
    else if (next === NEXT.DMA) this.#moveAll();
  }

  #readBlock(): void {
    const drive = this.drive as Drive;
    const block = new Uint8Array(Math.min(this.#transfer.left, this.#transfer.block) * SECTOR);
    if (!this.#exists(drive, 1)) return;
    const sectors = Math.min(block.length / SECTOR, drive.disk.sectors - this.#transfer.sector);
    drive.disk.read(this.#transfer.sector, block.subarray(0, sectors * SECTOR));
    this.#done(drive, sectors);
    this.#offer(block.subarray(0, sectors * SECTOR));
  }

  #writeBlock(): void {
    const drive = this.drive as Drive;
    const { bytes } = this.#block;
    const sectors = bytes.length / SECTOR;
    if (!this.#exists(drive, sectors)) return;
    drive.disk.write(this.#transfer.sector, bytes);
    this.#done(drive, sectors);
    if (this.#transfer.left > 0) this.#ask();
    else this.task.status = READY;
    this.#setInterrupt(true);
  }

  #moveAll(): void {
    const drive = this.drive as Drive;
    const { sector, left, write } = this.#transfer;
    const { busMaster } = this.#parts;
    if (!this.#exists(drive, left)) return;
    // The directions of the command and of the bus master disagree: nothing moves, as with a table that is too short.
    if (write === busMaster.toMemory) {
      this.task.status = READY;
      return;
    }
    const bytes = new Uint8Array(left * SECTOR);
    if (!write) drive.disk.read(sector, bytes);
    if (!busMaster.transfer(bytes, !write)) {
      this.task.status = READY;
      return;
    }
    if (write) drive.disk.write(sector, bytes);
    this.#done(drive, left);
    this.finish();
  }

  /** So many sectors are there; otherwise the command fails at the first that is not. */
  #exists(drive: Drive, sectors: number): boolean {
    const { sector } = this.#transfer;
    if (sector + sectors <= drive.disk.sectors) return true;
    this.#leave(drive, Math.max(sector, drive.disk.sectors));
    this.fail(ERROR.IDNF);
    return false;
  }

  #done(drive: Drive, sectors: number): void {
    this.#transfer.sector += sectors;
    this.#transfer.left -= sectors;
    drive.position = this.#transfer.sector;
    this.task.current[COUNT] = this.#transfer.left;
    if (this.#transfer.extended) this.task.previous[COUNT] = this.#transfer.left >>> 8;
    this.#leave(drive, this.#transfer.sector);
  }

  #leave(drive: Drive, sector: number): void {
    this.task.leave(sector, this.#transfer.extended, drive.heads, drive.sectorsPerTrack);
  }

  // The interrupt.

  #setInterrupt(pending: boolean): void {
    if (pending) this.#parts.busMaster.interrupt();
    this.#interrupt = pending;
    this.#wire();
  }

  #wire(): void {
    this.#parts.irq.set(this.#interrupt && !(this.#control & CONTROL.NIEN));
  }

  save(out: StateWriter): void {
    out.section("ide channel");
    for (const task of this.#tasks) task.save(out);
    for (const drive of this.drives) drive?.save(out);
    this.#parts.busMaster.save(out);
    const { sector, left, block, extended, write } = this.#transfer;
    for (const value of [sector, left, this.#timer.deadline]) out.double(value);
    for (const value of [block, this.#selected, this.#control, this.#next]) out.int(value);
    for (const value of [extended, write, this.#interrupt, this.#waitsForBusMaster]) out.flag(value);
    this.#block.save(out);
  }

  load(from: StateReader): void {
    from.section("ide channel");
    for (const task of this.#tasks) task.load(from);
    for (const drive of this.drives) drive?.load(from);
    this.#parts.busMaster.load(from);
    const [sector, left, deadline] = [from.double(), from.double(), from.double()];
    const block = from.int();
    this.#selected = from.int() ? 1 : 0;
    this.#control = from.int();
    this.#next = from.int();
    this.#transfer = { sector, left, block, extended: from.flag(), write: from.flag() };
    this.#interrupt = from.flag();
    this.#waitsForBusMaster = from.flag();
    this.#block.load(from);
    this.#timer.deadline = deadline;
  }
}
