/**
 * The registers that a host fills before a command. Each is two deep, so that a 48-bit command finds the earlier write in
 * `previous`; the host reads that one while HOB is set (ATA/ATAPI-6, 6.20).
 */
import type { StateReader, StateWriter } from "../../state.ts";
import { HEADS } from "../disk.ts";
import { COUNT, DEVICE, DEVICE_SELECT, LBA_HIGH, LBA_LOW, LBA_MID, STATUS } from "./registers.ts";

export class TaskFile {
  readonly current = new Uint8Array(8);
  readonly previous = new Uint8Array(8);
  status = 0;
  error = 0;

  constructor() {
    this.sign();
  }

  set(register: number, value: number): void {
    this.previous[register] = this.current[register] as number;
    this.current[register] = value;
  }

  /** What an ATA device leaves after a reset: it is ready, it has passed its test, and it is no ATAPI device (9.12). */
  sign(): void {
    this.current.set([0, 0, 1, 1, 0, 0, 0, 0]);
    this.previous.fill(0);
    this.error = 1;
    this.status = STATUS.DRDY | STATUS.DSC;
  }

  get lba(): boolean {
    return (this.#at(DEVICE_SELECT) & DEVICE.LBA) !== 0;
  }

  /** Sectors asked for: 0 stands for 256, or 65536 with 48-bit commands. */
  count(extended: boolean): number {
    if (!extended) return this.#at(COUNT) || 256;
    return ((this.previous[COUNT] as number) << 8) | this.#at(COUNT) || 65536;
  }

  /** The first sector asked for, or −1 when there is no such cylinder, head and sector. */
  address(extended: boolean, heads: number, sectorsPerTrack: number): number {
    const low24 = this.#at(LBA_LOW) | (this.#at(LBA_MID) << 8) | (this.#at(LBA_HIGH) << 16);
    const head = this.#at(DEVICE_SELECT) & DEVICE.HEAD;
    if (extended) {
      const previous = this.previous;
      const high24 =
        (previous[LBA_LOW] as number) |
        ((previous[LBA_MID] as number) << 8) |
        ((previous[LBA_HIGH] as number) << 16);
      return high24 * 2 ** 24 + low24;
    }
    if (this.lba) return head * 2 ** 24 + low24;
    const sector = low24 & 0xff;
    if (sector === 0 || sector > sectorsPerTrack || head >= heads) return -1;
    return ((low24 >>> 8) * heads + head) * sectorsPerTrack + sector - 1;
  }

  /** Leaves a sector's address in the registers: of the next one, or of the one that failed. */
  leave(sector: number, extended: boolean, heads: number, sectorsPerTrack: number): void {
    const { current, previous } = this;
    if (extended || this.lba) {
      for (let i = 0; i < 3; i++) {
        current[LBA_LOW + i] = (sector / 2 ** (8 * i)) & 0xff;
        if (extended) previous[LBA_LOW + i] = (sector / 2 ** (8 * i + 24)) & 0xff;
      }
      if (!extended) this.#head((sector / 2 ** 24) & DEVICE.HEAD);
    } else {
      const track = Math.floor(sector / sectorsPerTrack);
      const cylinder = Math.floor(track / heads);
      current[LBA_LOW] = (sector % sectorsPerTrack) + 1;
      current[LBA_MID] = cylinder;
      current[LBA_HIGH] = cylinder >>> 8;
      this.#head((track % heads) & (HEADS - 1));
    }
  }

  #head(head: number): void {
    this.current[DEVICE_SELECT] = (this.#at(DEVICE_SELECT) & ~DEVICE.HEAD) | head;
  }

  #at(register: number): number {
    return this.current[register] as number;
  }

  save(out: StateWriter): void {
    out.array(this.current);
    out.array(this.previous);
    out.int(this.status);
    out.int(this.error);
  }

  load(from: StateReader): void {
    from.array(this.current);
    from.array(this.previous);
    this.status = from.int();
    this.error = from.int();
  }
}
