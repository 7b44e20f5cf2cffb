/** One ATA drive: its medium, its settings and what it says of itself. The registers belong to the channel. */
import type { StateReader, StateWriter } from "../../state.ts";
import { type Disk, HEADS, SECTORS_PER_TRACK } from "../disk.ts";

/** Most sectors of a READ MULTIPLE block. */
export const MOST_MULTIPLE = 16;
const LBA28 = 2 ** 28;

/** How long a request takes. Every line has its source; a figure that was assumed says so. */
export interface DiskTiming {
  /** Seconds from a command to its first sector, when it does not continue the one before. */
  readonly access: number;
  /** Seconds for each sector. */
  readonly sector: number;
  readonly sources: Readonly<Record<"access" | "sector", string>>;
}

/** A drive whose image is in its host's memory: what a virtual machine's disk mostly is. */
export const CACHED_IMAGE: DiskTiming = {
  access: 20e-6,
  sector: 512 / 133e6,
  sources: {
    access: "assumed: a request to an image in the host's page cache, 20 µs",
    sector: "ATA/ATAPI-7, Ultra DMA mode 6: 133 MB/s",
  },
};

export class Drive {
  readonly disk: Disk;
  readonly serial: string;
  /** Sectors of a block of READ and WRITE MULTIPLE; 0: they are disabled. */
  multiple = MOST_MULTIPLE;
  /** The geometry that INITIALIZE DEVICE PARAMETERS has set. */
  heads = HEADS;
  sectorsPerTrack = SECTORS_PER_TRACK;
  /** Transfer mode of SET FEATURES 03h: 0x20 + n multiword DMA, 0x40 + n Ultra DMA. */
  transferMode = 0x45;
  writeCache = true;
  readAhead = true;
  /** The sector after the last that was transferred: to go on there is no seek. */
  position = 0;

  constructor(disk: Disk, serial: string) {
    this.disk = disk;
    this.serial = serial;
  }

  /** Software reset keeps the medium and the geometry (ATA/ATAPI-6, 9.2). */
  reset(): void {
    this.multiple = MOST_MULTIPLE;
  }

  /** The 256 words of IDENTIFY DEVICE (ATA/ATAPI-6, 8.15), as bytes. */
  identify(): Uint8Array {
    const words = new Uint16Array(256);
    const { sectors, cylinders } = this.disk;
    const current = Math.max(1, Math.min(16383, Math.floor(sectors / (this.heads * this.sectorsPerTrack))));
    const reachable = current * this.heads * this.sectorsPerTrack;
    const lba28 = Math.min(sectors, LBA28 - 1);
    words[0] = 0x0040; // a fixed ATA device
    words[1] = cylinders;
    words[3] = HEADS;
    words[6] = SECTORS_PER_TRACK;
    text(words, 10, 10, this.serial);
    text(words, 23, 4, "1.0");
    text(words, 27, 20, "RINGLAB DISK");
    words[47] = 0x8000 | MOST_MULTIPLE;
    words[48] = 1; // 32-bit transfers of the data port
    words[49] = 0x0b00; // DMA, LBA, IORDY
    words[51] = 0x0200; // PIO and DMA timing of old hosts
    words[52] = 0x0200;
    words[53] = 0x0007; // words 54–58, 64–70 and 88 are valid
    words[54] = current;
    words[55] = this.heads;
    words[56] = this.sectorsPerTrack;
    words[57] = reachable;
    words[58] = reachable >>> 16;
    words[59] = this.multiple ? 0x0100 | this.multiple : 0;
    words[60] = lba28;
    words[61] = lba28 >>> 16;
    words[63] = 0x0007 | this.#selected(0x20); // multiword DMA 0–2
    words[64] = 0x0003; // PIO 3 and 4
    words[65] = 120; // ns of a cycle
    words[66] = 120;
    words[67] = 120;
    words[68] = 120;
    words[80] = 0x00f0; // ATA/ATAPI-4 … 7
    words[82] = 0x4020 | 0x0040; // NOP, write cache, look-ahead
    words[83] = 0x7400; // 48-bit addresses, FLUSH CACHE, FLUSH CACHE EXT
    words[84] = 0x4000;
    words[85] = 0x4000 | (this.writeCache ? 0x20 : 0) | (this.readAhead ? 0x40 : 0);
    words[86] = 0x3400;
    words[87] = 0x4000;
    words[88] = 0x003f | this.#selected(0x40); // Ultra DMA 0–5
    words[93] = 0x6001; // reset result: an 80-conductor cable
    words[100] = sectors;
    words[101] = sectors >>> 16;
    words[102] = Math.floor(sectors / 2 ** 32);
    return new Uint8Array(words.buffer);
  }

  /** Bit 8 + n: mode n of this kind of DMA is selected. */
  #selected(kind: number): number {
    return (this.transferMode & 0xf8) === kind ? 0x100 << (this.transferMode & 7) : 0;
  }

  /** Without the medium: the board saves the disks. */
  save(out: StateWriter): void {
    for (const value of [this.multiple, this.heads, this.sectorsPerTrack, this.transferMode]) out.int(value);
    out.flag(this.writeCache);
    out.flag(this.readAhead);
    out.double(this.position);
  }

  load(from: StateReader): void {
    this.multiple = from.int();
    this.heads = from.int();
    this.sectorsPerTrack = from.int();
    this.transferMode = from.int();
    this.writeCache = from.flag();
    this.readAhead = from.flag();
    this.position = from.double();
  }
}

/** ATA strings: two characters a word, the first in the high byte, padded with spaces. */
function text(words: Uint16Array, at: number, length: number, value: string): void {
  const padded = value.padEnd(2 * length).slice(0, 2 * length);
  for (let i = 0; i < length; i++)
    words[at + i] = (padded.charCodeAt(2 * i) << 8) | padded.charCodeAt(2 * i + 1);
}
