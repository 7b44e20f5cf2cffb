/**
 * A stream recorded from a guest: every access to data that the processor of a machine makes, as it makes it, and its replay.
 *
 *     an access, LEB128     … │ 1 │ 7 bits │ 0 │ 7 bits        (zigzag(line − the one before) · 2 + write): mostly one or two bytes
 *
 * Recording changes nothing for the guest: not its cycles, not its trace.
 */
import type { Machine } from "../../machine/machine.ts";
import { type AddressStream, LINE, STREAM_SPAN } from "../../machine/mmu/stream.ts";

const TWO32 = 4294967296;
const FIRST_BYTES = 1 << 16;
/** Bytes of the longest access. */
const MOST_ENCODED = 6;
const BYTE_BITS = 7;
const MORE = 0x80;
const VALUE = 0x7f;
const PAGE = 4096;

export interface Recording {
  readonly bytes: Uint8Array;
  readonly accesses: number;
  /** Accesses that streams cannot reach and that are not in it. */
  readonly outside: number;
  /** Bytes from address 0 to the end of the highest page accessed. */
  readonly span: number;
}

export class Recorder {
  #bytes = new Uint8Array(FIRST_BYTES);
  #length = 0;
  #last = 0;
  #accesses = 0;
  #outside = 0;
  #highest = 0;
  readonly #most: number;
  readonly #machine: Machine;

  /** Begins to record, up to so many accesses. */
  constructor(machine: Machine, most = Number.POSITIVE_INFINITY) {
    this.#machine = machine;
    this.#most = most;
    machine.mmu.recorder = (low, high, size, write) => this.#note(high * TWO32 + (low >>> 0), size, write);
  }

  /** Ends it. */
  end(): Recording {
    this.#machine.mmu.recorder = null;
    return {
      bytes: this.#bytes.slice(0, this.#length),
      ...{ accesses: this.#accesses, outside: this.#outside },
      span: Math.max(1, Math.ceil(((this.#highest + 1) * LINE) / PAGE)) * PAGE,
    };
  }

  #note(at: number, size: number, write: boolean): void {
    const first = Math.floor(at / LINE);
    const last = Math.floor((at + size - 1) / LINE);
    for (let line = first; line <= last; line++) this.#line(line, write);
  }

  #line(line: number, write: boolean): void {
    if (this.#accesses >= this.#most) return;
    if (line < 0 || line * LINE >= STREAM_SPAN) {
      this.#outside++;
      return;
    }
    this.#accesses++;
    if (line > this.#highest) this.#highest = line;
    const delta = line - this.#last;
    this.#last = line;
    let left = (delta < 0 ? -2 * delta - 1 : 2 * delta) * 2 + (write ? 1 : 0);
    if (this.#length + MOST_ENCODED > this.#bytes.length) this.#grow();
    while (left > VALUE) {
      this.#bytes[this.#length++] = (left % MORE) | MORE;
      left = Math.floor(left / MORE);
    }
    this.#bytes[this.#length++] = left;
  }

  #grow(): void {
    const grown = new Uint8Array(2 * this.#bytes.length);
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}

/** Over and over again. */
export class Recorded implements AddressStream {
  readonly span: number;
  readonly #bytes: Uint8Array;
  #at = 0;
  #line = 0;

  /** Throws a RangeError for a recording of nothing. */
  constructor({ bytes, span }: Recording) {
    if (bytes.length === 0) throw new RangeError("a recording without accesses is no stream");
    this.#bytes = bytes;
    this.span = span;
  }

  fill(into: Uint32Array): void {
    const bytes = this.#bytes;
    for (let i = 0; i < into.length; i++) {
      if (this.#at === bytes.length) {
        this.#at = 0;
        this.#line = 0;
      }
      let value = 0;
      let scale = 1;
      let byte = bytes[this.#at++] as number;
      while (byte >= MORE) {
        value += (byte & VALUE) * scale;
        scale *= 2 ** BYTE_BITS;
        byte = bytes[this.#at++] as number;
      }
      value += byte * scale;
      const zigzag = Math.floor(value / 2);
      this.#line += zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
      into[i] = 2 * this.#line + (value % 2);
    }
  }
}
