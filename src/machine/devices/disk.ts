/**
 * A disk's medium: an image that is never written, under an overlay of the sectors that were. A snapshot holds the overlay
 * only, so a machine with a disk of a gigabyte saves what its guest has changed.
 */
import type { Stateful, StateReader, StateWriter } from "../state.ts";

export const SECTOR = 512;

/** Where PC software looks for a sector without LBA: 16 heads of 63 sectors (ATA/ATAPI-4, 6.2). */
export const HEADS = 16;
export const SECTORS_PER_TRACK = 63;
const MOST_CYLINDERS = 16383;

export class Disk implements Stateful {
  readonly sectors: number;
  readonly #image: Uint8Array;
  readonly #overlay = new Map<number, Uint8Array>();

  /**
   * The image is not copied and must not change while the disk is used. It is continued with zeros to the end of its last
   * sector, and to the least number of sectors. Throws a RangeError when it is empty.
   */
  constructor(image: Uint8Array, leastSectors = 1) {
    if (image.length === 0) throw new RangeError("a disk image of 0 bytes: a disk has at least one sector");
    this.#image = image;
    this.sectors = Math.max(leastSectors, Math.ceil(image.length / SECTOR));
  }

  get cylinders(): number {
    return Math.max(1, Math.min(MOST_CYLINDERS, Math.floor(this.sectors / (HEADS * SECTORS_PER_TRACK))));
  }

  /** Sectors that differ from the image. */
  get changed(): number {
    return this.#overlay.size;
  }

  /** Fills whole sectors from `sector` on. The caller has checked that they exist. */
  read(sector: number, into: Uint8Array): void {
    for (let at = 0; at < into.length; at += SECTOR, sector++) {
      const written = this.#overlay.get(sector);
      if (written) into.set(written, at);
      else {
        const start = sector * SECTOR;
        const part = this.#image.subarray(start, start + SECTOR);
        into.set(part, at);
        into.fill(0, at + part.length, at + SECTOR);
      }
    }
  }

  /** Writes whole sectors from `sector` on. The caller has checked that they exist. */
  write(sector: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += SECTOR, sector++)
      this.#overlay.set(sector, bytes.slice(at, at + SECTOR));
  }

  /** The whole medium as it is now: what a file would hold. */
  contents(): Uint8Array {
    const bytes = new Uint8Array(this.sectors * SECTOR);
    bytes.set(this.#image);
    for (const [sector, written] of this.#overlay) bytes.set(written, sector * SECTOR);
    return bytes;
  }

  save(out: StateWriter): void {
    out.section("disk");
    out.int(this.#overlay.size);
    for (const [sector, written] of [...this.#overlay].sort(([a], [b]) => a - b)) {
      out.double(sector);
      out.bytes(written);
    }
  }

  /** The snapshot fits the image that it was taken with; this is not checked. */
  load(from: StateReader): void {
    from.section("disk");
    this.#overlay.clear();
    for (let count = from.int(); count > 0; count--) {
      const sector = from.double();
      this.#overlay.set(sector, from.bytes().slice());
    }
  }
}
