/**
 * Two fields of a tar header that the library doesn't read or write: the type flag as it stands, and the numbers of a device (POSIX.1-2017,
 * pax, "ustar Interchange Format"). The library gives headers in the order of the archive; this follows it from one to the next.
 *
 *     … | x header | its data | header of the entry | its data | …      every part a multiple of 512 bytes
 */
const BLOCK = 512;
const SIZE = { at: 124, length: 12 };
const FLAG = 156;
const MAJOR = 329;
const MINOR = 337;
const CHECKSUM = 148;
/** Headers that say something about the next: pax's and GNU's. */
const ABOUT_NEXT = ["x", "g", "L", "K"];

const padded = (size: number): number => Math.ceil(size / BLOCK) * BLOCK;

/** Octal digits, or a binary number with the highest bit set (GNU). */
function number(block: Uint8Array, at: number, length: number): number {
  const bytes = block.subarray(at, at + length);
  if (bytes[0]! & 0x80) return bytes.subarray(1).reduce((sum, byte) => sum * 256 + byte, bytes[0]! & 0x7f);
  const [digits = ""] = String.fromCharCode(...bytes).split("\0");
  return Number.parseInt(digits.replaceAll(" ", "") || "0", 8);
}

export class Blocks {
  private readonly archive: Uint8Array;
  private at = 0;

  constructor(archive: Uint8Array) {
    this.archive = archive;
  }

  /** The header block of the entry that comes next. */
  next(): {
    readonly flag: string;
    readonly size: number;
    readonly device: [number, number];
    readonly block: Uint8Array;
  } {
    for (;;) {
      const block = this.archive.subarray(this.at, this.at + BLOCK);
      const flag = String.fromCharCode(block[FLAG] ?? 0);
      const size = number(block, SIZE.at, SIZE.length);
      this.at += BLOCK;
      if (!ABOUT_NEXT.includes(flag))
        return { flag, size, device: [number(block, MAJOR, 8), number(block, MINOR, 8)], block };
      this.at += padded(size);
    }
  }
  /** Past the data of that entry. */
  skip(size: number): void {
    this.at += padded(size);
  }
}

/** Writes a device's numbers into its header block. */
export function setDevice(block: Uint8Array, [major, minor]: readonly [number, number]): void {
  const octal = (value: number, length: number) =>
    new TextEncoder().encode(`${value.toString(8).padStart(length - 1, "0")}\0`);
  block.set(octal(major, 8), MAJOR);
  block.set(octal(minor, 8), MINOR);
  block.fill(0x20, CHECKSUM, CHECKSUM + 8);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.set(octal(sum, 7), CHECKSUM);
}
