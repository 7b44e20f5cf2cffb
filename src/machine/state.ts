/** Snapshots: every part of the machine writes itself to bytes and reads itself back, in the same order. */

/** A part of the machine whose state is in a snapshot. `load` throws a SnapshotError when the bytes are not its own. */
export interface Stateful {
  save(out: StateWriter): void;
  load(from: StateReader): void;
}

export class SnapshotError extends Error {
  override name = "SnapshotError";
}

/** Little-endian, growing. */
export class StateWriter {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** A section's name, checked on reading, so that a foreign snapshot is refused instead of misread. */
  section(name: string): void {
    this.bytes(new TextEncoder().encode(name));
  }

  int(value: number): void {
    const at = this.#reserve(4);
    this.#view.setInt32(at, value, true);
  }

  double(value: number): void {
    const at = this.#reserve(8);
    this.#view.setFloat64(at, value, true);
  }

  flag(value: boolean): void {
    this.int(value ? 1 : 0);
  }

  bytes(value: Uint8Array): void {
    this.int(value.length);
    const at = this.#reserve(value.length);
    this.#bytes.set(value, at);
  }

  /** Any typed array, as its bytes. */
  array(value: ArrayBufferView): void {
    this.bytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** Grows: `#bytes` and `#view` are others afterwards. */
  #reserve(length: number): number {
    const at = this.#length;
    this.#length += length;
    if (this.#length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }
}

export class StateReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  section(name: string): void {
    const found = new TextDecoder().decode(this.bytes());
    if (found !== name)
      throw new SnapshotError(`the snapshot has "${found.slice(0, 40)}" where "${name}" belongs`);
  }

  int(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  double(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  flag(): boolean {
    return this.int() !== 0;
  }

  bytes(): Uint8Array {
    const length = this.int() >>> 0;
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** Fills a typed array of the length that was saved. */
  array(into: ArrayBufferView): void {
    const saved = this.bytes();
    if (saved.length !== into.byteLength)
      throw new SnapshotError(`the snapshot has ${saved.length} bytes where ${into.byteLength} belong`);
    new Uint8Array(into.buffer, into.byteOffset, into.byteLength).set(saved);
  }

  #take(length: number): number {
    const at = this.#at;
    if (at + length > this.#bytes.length)
      throw new SnapshotError(`the snapshot ends at byte ${this.#bytes.length}, in the middle of a value`);
    this.#at = at + length;
    return at;
  }
}
