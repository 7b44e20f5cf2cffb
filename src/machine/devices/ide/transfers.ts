/**
 * Sectors on their way between the host and a channel's drives.
 *
 *     PIO in    command ─BSY─▶ DRQ + interrupt ─host reads a block─▶ BSY … DRQ + interrupt … ▶ ready
 *     PIO out   command ─▶ DRQ ─host writes a block─▶ BSY ─▶ DRQ + interrupt … ▶ ready + interrupt
 *     DMA       command ─BSY─▶ bus master started ─time─▶ all bytes moved ─▶ ready + interrupt
 *
 * (ATA/ATAPI-6, clause 9.)
 */
import type { Clock, Timer } from "../../clock.ts";
import type { StateReader, StateWriter } from "../../state.ts";
import { SECTOR } from "../disk.ts";
import { floating } from "../ports.ts";
import { Block } from "./block.ts";
import type { BusMaster } from "./bus-master.ts";
import type { DiskTiming, Drive } from "./drive.ts";
import { COUNT, ERROR, STATUS } from "./registers.ts";
import type { TaskFile } from "./task-file.ts";

/** What comes when the busy time is over. */
const NEXT = { NOTHING: 0, READ: 1, WRITE: 2, DMA: 3 } as const;
const READY = STATUS.DRDY | STATUS.DSC;

/** A DMA transfer goes through a buffer of so many sectors. */
const DMA_SECTORS = 128;

export interface Transfer {
  sector: number;
  left: number;
  /** Sectors between two interrupts. */
  block: number;
  extended: boolean;
  write: boolean;
}

/** The channel, as far as a transfer has to do with it. */
interface Channel {
  /** Of the selected device. */
  readonly task: TaskFile;
  readonly drive: Drive | undefined;
  interrupt(pending: boolean): void;
  finish(): void;
  fail(error: number): void;
}

export interface TransferParts {
  clock: Clock;
  /** Cycles a second. */
  hertz: number;
  timing: DiskTiming;
  busMaster: BusMaster;
}

export class Transfers {
  readonly #block = new Block();
  #next: number = NEXT.NOTHING;
  #waitsForBusMaster = false;
  #transfer: Transfer = { sector: 0, left: 0, block: 1, extended: false, write: false };
  readonly #channel: Channel;
  readonly #parts: TransferParts;
  readonly #timer: Timer;

  constructor(channel: Channel, parts: TransferParts) {
    this.#channel = channel;
    this.#parts = parts;
    this.#timer = parts.clock.timer(() => this.#go());
    parts.busMaster.onStart = () => this.#startDma();
  }

  present(block: Uint8Array): void {
    this.#transfer.left = 0;
    this.#transfer.write = false;
    this.#offer(block);
  }

  begin(transfer: Transfer): void {
    this.#transfer = transfer;
    if (transfer.write) this.#ask();
    else this.#wait(NEXT.READ);
  }

  beginDma(transfer: Transfer): void {
    this.#transfer = transfer;
    this.#channel.task.status = STATUS.BSY | READY;
    this.#waitsForBusMaster = true;
    this.#startDma();
  }

  cancel(): void {
    this.#parts.clock.clear(this.#timer);
    this.#next = NEXT.NOTHING;
    this.#waitsForBusMaster = false;
  }

  readData(size: number): number {
    if (!(this.#channel.task.status & STATUS.DRQ) || this.#transfer.write) return floating(size);
    const value = this.#block.read(size);
    if (this.#block.moved) {
      if (this.#transfer.left > 0) this.#wait(NEXT.READ);
      else this.#channel.task.status = READY;
    }
    return value;
  }

  writeData(value: number, size: number): void {
    if (!(this.#channel.task.status & STATUS.DRQ) || !this.#transfer.write) return;
    this.#block.write(value, size);
    if (this.#block.moved) this.#wait(NEXT.WRITE);
  }

  /** A block for the host to read. */
  #offer(block: Uint8Array): void {
    this.#block.fill(block);
    this.#channel.task.status = READY | STATUS.DRQ;
    this.#channel.interrupt(true);
  }

  /** Room for the host's next block. */
  #ask(): void {
    const { left, block } = this.#transfer;
    this.#block.fill(new Uint8Array(Math.min(left, block) * SECTOR));
    this.#channel.task.status = READY | STATUS.DRQ;
  }

  /** Busy for as long as the next block takes, or all of a DMA transfer. */
  #wait(next: number): void {
    const { sector, left, block } = this.#transfer;
    const { timing, hertz, clock } = this.#parts;
    const sectors = next === NEXT.DMA ? left : Math.min(left, block);
    const access = this.#channel.drive?.position === sector ? 0 : timing.access;
    this.#channel.task.status = STATUS.BSY | READY;
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
    const drive = this.#channel.drive as Drive;
    const block = new Uint8Array(Math.min(this.#transfer.left, this.#transfer.block) * SECTOR);
    if (!this.#exists(drive, 1)) return;
    const sectors = Math.min(block.length / SECTOR, drive.disk.sectors - this.#transfer.sector);
    drive.disk.read(this.#transfer.sector, block.subarray(0, sectors * SECTOR));
    this.#done(drive, sectors);
    this.#offer(block.subarray(0, sectors * SECTOR));
  }

  #writeBlock(): void {
    const drive = this.#channel.drive as Drive;
    const { bytes } = this.#block;
    const sectors = bytes.length / SECTOR;
    if (!this.#exists(drive, sectors)) return;
    drive.disk.write(this.#transfer.sector, bytes);
    this.#done(drive, sectors);
    if (this.#transfer.left > 0) this.#ask();
    else this.#channel.task.status = READY;
    this.#channel.interrupt(true);
  }

  #moveAll(): void {
    const drive = this.#channel.drive as Drive;
    const { sector, left, write } = this.#transfer;
    const { busMaster } = this.#parts;
    if (!this.#exists(drive, left)) return;
    // The directions of the command and of the bus master disagree: nothing moves, as with a table that is too short.
    if (write === busMaster.toMemory) {
      this.#channel.task.status = READY;
      return;
    }
    busMaster.rewind();
    for (let done = 0; done < left; done += DMA_SECTORS) {
      const bytes = new Uint8Array(Math.min(DMA_SECTORS, left - done) * SECTOR);
      if (!write) drive.disk.read(sector + done, bytes);
      if (!busMaster.transfer(bytes, !write)) {
        this.#channel.task.status = READY;
        return;
      }
      if (write) drive.disk.write(sector + done, bytes);
    }
    this.#done(drive, left);
    this.#channel.finish();
  }

  /** So many sectors are there; otherwise the command fails at the first that is not. */
  #exists(drive: Drive, sectors: number): boolean {
    const { sector } = this.#transfer;
    if (sector + sectors <= drive.disk.sectors) return true;
    this.#leave(drive, Math.max(sector, drive.disk.sectors));
    this.#channel.fail(ERROR.IDNF);
    return false;
  }

  #done(drive: Drive, sectors: number): void {
    this.#transfer.sector += sectors;
    this.#transfer.left -= sectors;
    drive.position = this.#transfer.sector;
    this.#channel.task.current[COUNT] = this.#transfer.left;
    if (this.#transfer.extended) this.#channel.task.previous[COUNT] = this.#transfer.left >>> 8;
    this.#leave(drive, this.#transfer.sector);
  }

  #leave(drive: Drive, sector: number): void {
    this.#channel.task.leave(sector, this.#transfer.extended, drive.heads, drive.sectorsPerTrack);
  }

  save(out: StateWriter): void {
    const { sector, left, block, extended, write } = this.#transfer;
    for (const value of [sector, left, this.#timer.deadline]) out.double(value);
    for (const value of [block, this.#next]) out.int(value);
    for (const value of [extended, write, this.#waitsForBusMaster]) out.flag(value);
    this.#block.save(out);
  }

  load(from: StateReader): void {
    const [sector, left, deadline] = [from.double(), from.double(), from.double()];
    const block = from.int();
    this.#next = from.int();
    this.#transfer = { sector, left, block, extended: from.flag(), write: from.flag() };
    this.#waitsForBusMaster = from.flag();
    this.#block.load(from);
    this.#timer.deadline = deadline;
  }
}
