/** What the supervisor wrote down of one case: a 256-byte header and the dwords of the window that changed. */
import { LOG } from "./layout.ts";

export interface Outcome {
  /** General registers when the handler was entered; RSP as the handler found it. */
  registers: bigint[];
  vector: number;
  /** Changed dwords; beyond the 200 in `changes` they are only counted. */
  count: number;
  cr0: number;
  cr3: number;
  cr4: number;
  dr6: number;
  dr7: number;
  /** Flags in the handler. */
  flags: number;
  cr2: bigint;
  ds: number;
  es: number;
  fs: number;
  gs: number;
  ss: number;
  ldtr: number;
  tr: number;
  /** Top of the handler's stack, raw: dwords (qwords in 64-bit mode) from the lowest address. */
  frame: number[];
  fsBase: bigint;
  gsBase: bigint;
  kernelGs: bigint;
  /** Physical address → new value. */
  changes: [number, number][];
}

const HEADER = 0x100;
const MOST = 200;

/** Reads outcomes from the log, one after the other. */
export class Log {
  #at = 0;
  readonly #view: DataView;

  /** The log's bytes, from its start. */
  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  next(): Outcome {
    const view = this.#view;
    const at = this.#at;
    const u16 = (offset: number) => view.getUint16(at + offset, true);
    const u32 = (offset: number) => view.getUint32(at + offset, true);
    const u64 = (offset: number) => view.getBigUint64(at + offset, true);
    const count = u32(0x84);
    const kept = Math.min(count, MOST);
    this.#at = at + HEADER + 8 * kept;
    return {
      registers: Array.from({ length: 16 }, (_, i) => u64(8 * i)),
      vector: u32(0x80),
      count,
      cr0: u32(0x88),
      cr3: u32(0x8c),
      cr4: u32(0x90),
      dr6: u32(0x94),
      dr7: u32(0x98),
      flags: u32(0x9c),
      cr2: u64(0xa0),
      ds: u16(0xa8),
      es: u16(0xaa),
      fs: u16(0xac),
      gs: u16(0xae),
      ss: u16(0xb0),
      ldtr: u16(0xb2),
      tr: u16(0xb4),
      frame: Array.from({ length: 12 }, (_, i) => u32(0xb8 + 4 * i)),
      fsBase: u64(0xe8),
      gsBase: u64(0xf0),
      kernelGs: u64(0xf8),
      changes: Array.from({ length: kept }, (_, i) => [u32(HEADER + 8 * i), u32(HEADER + 8 * i + 4)]),
    };
  }

  /** Bytes read so far. */
  get position(): number {
    return this.#at;
  }
}

export const logEnd = (view: DataView, control: number) => view.getUint32(control + 8, true) - LOG;
