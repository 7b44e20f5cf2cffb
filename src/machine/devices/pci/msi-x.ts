/**
 * MSI-X (PCI Local Bus 3.0, 6.8.2): a function's interrupts as messages, each from an entry of a table in a window of its own.
 *
 *     capability   2 control: 15 enable, 14 function mask, 10 … 0 entries − 1 │ 4 table, 8 pending bits: offset and BAR
 *     window       0 table: address, upper address, data, vector control (bit 0: mask) │ upper half: pending bits, one an entry
 *
 * While an entry or the function is masked, its pending bit keeps the interrupt; unmasking sends it.
 */
import type { MmioDevice } from "../../bus.ts";
import type { Stateful, StateReader, StateWriter } from "../../state.ts";
import { BUS_MASTER, type PciFunction } from "./function.ts";

const CAPABILITY = 0x11;
const ENABLE = 0x8000;
const FUNCTION_MASK = 0x4000;
const MOST = 2048;
const ENTRY = 16;
const UPPER = 4;
const DATA = 8;
const CONTROL = 12;
const MASKED = 1;

export interface MsiXOptions {
  /** Base address register 0 … 5 of its window. */
  readonly bar: number;
  /** Entries of the table: 1 … 2048. */
  readonly vectors: number;
  readonly message: (address: number, data: number) => void;
}

/** What a function writes to memory in order to interrupt. */
export interface Message {
  readonly address: number;
  readonly data: number;
}

export class MsiX implements MmioDevice, Stateful {
  readonly vectors: number;
  /** What the function is to send for an entry that says `message`: the same, unless a hypervisor keeps the table and shows its guest another. */
  program: (entry: number, message: Message) => Message = (_entry, message) => message;
  readonly #function: PciFunction;
  readonly #message: MsiXOptions["message"];
  readonly #capability: number;
  readonly #bytes: Uint8Array;
  readonly #table: DataView;
  readonly #pending: Uint8Array;
  /** Where the pending bits begin in the window. */
  readonly #half: number;

  /** Adds the capability and the window to a function. Throws a RangeError for a number of vectors that no table has. */
  constructor(owner: PciFunction, { bar, vectors, message }: MsiXOptions) {
    if (!(vectors >= 1 && vectors <= MOST))
      throw new RangeError(`MSI-X with ${vectors} vectors: it has 1 to ${MOST}`);
    this.vectors = vectors;
    this.#function = owner;
    this.#message = message;
    this.#bytes = new Uint8Array(ENTRY * vectors);
    this.#table = new DataView(this.#bytes.buffer);
    this.#pending = new Uint8Array(Math.ceil(vectors / 8));
    this.#half = 2 ** Math.max(11, Math.ceil(Math.log2(ENTRY * vectors)));
    // 6.8.2.9: every entry is masked after a reset.
    for (let i = 0; i < vectors; i++) this.#table.setUint32(ENTRY * i + CONTROL, MASKED, true);
    const dword = (value: number) => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);
    const last = vectors - 1;
    const bytes = [last & 0xff, last >>> 8, ...dword(bar), ...dword(this.#half | bar)];
    this.#capability = owner.capability(CAPABILITY, bytes);
    owner.writable(this.#capability + 3, [(ENABLE | FUNCTION_MASK) >>> 8]);
    owner.window(bar, { kind: "memory", size: 2 * this.#half, device: this });
  }

  get #control(): number {
    return this.#function.readConfig(this.#capability + 2, 2);
  }

  /** While it is, the function asserts no pin (6.8.3.3). */
  get enabled(): boolean {
    return (this.#control & ENABLE) !== 0;
  }

  /** Sends the message of an entry, now or when it is unmasked. Nothing while MSI-X is off, or for an entry that does not exist. */
  raise(vector: number): void {
    if (!this.enabled || vector >= this.vectors) return;
    const at = ENTRY * vector;
    if (this.#control & FUNCTION_MASK || this.#table.getUint32(at + CONTROL, true) & MASKED) {
      this.#pending[vector >> 3] = (this.#pending[vector >> 3] as number) | (1 << (vector & 7));
      return;
    }
    // A message is a write by the function, and it may not write; above 4 GiB nobody takes interrupts.
    if (!(this.#function.command & BUS_MASTER) || this.#table.getUint32(at + UPPER, true) !== 0) return;
    const message = {
      address: this.#table.getUint32(at, true),
      data: this.#table.getUint32(at + DATA, true),
    };
    const { address, data } = this.program(vector, message);
    this.#message(address, data);
  }

  /** Forgets what is pending: the function was reset. */
  clear(): void {
    this.#pending.fill(0);
  }

  /** The function calls it after a write to its configuration space: what is pending may be unmasked by it. */
  configured(): void {
    if (!this.enabled || this.#control & FUNCTION_MASK) return;
    for (let vector = 0; vector < this.vectors; vector++) this.#deliver(vector);
  }

  #isPending(vector: number): boolean {
    return ((this.#pending[vector >> 3] as number) & (1 << (vector & 7))) !== 0;
  }

  #deliver(vector: number): void {
    if (!this.#isPending(vector)) return;
    this.#pending[vector >> 3] = (this.#pending[vector >> 3] as number) & ~(1 << (vector & 7));
    this.raise(vector);
  }

  read(offset: number, size: number): number {
    const [bytes, from] = offset < this.#half ? [this.#bytes, offset] : [this.#pending, offset - this.#half];
    let value = 0;
    for (let i = 0; i < size; i++) value += (bytes[from + i] ?? 0) * 2 ** (8 * i);
    return value;
  }

  /** 6.8.2: by whole dwords only; pending bits are the function's. */
  write(offset: number, value: number, size: number): void {
    if (size !== 4 || offset & 3 || offset >= this.#bytes.length) return;
    const field = offset % ENTRY;
    const kept = field === CONTROL ? value & MASKED : field === 0 ? value & ~3 : value;
    this.#table.setUint32(offset, kept, true);
    if (field === CONTROL && !(kept & MASKED) && this.enabled) this.#deliver(Math.floor(offset / ENTRY));
  }

  save(out: StateWriter): void {
    out.section("msi-x");
    out.array(this.#bytes);
    out.array(this.#pending);
  }

  load(from: StateReader): void {
    from.section("msi-x");
    from.array(this.#bytes);
    from.array(this.#pending);
  }
}
