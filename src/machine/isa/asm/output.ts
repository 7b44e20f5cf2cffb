/** A buffer that grows. */
import { LineError } from "./error.ts";

export const MOST_BYTES = 256 * 1024 * 1024;

export class Output {
  length = 0;
  #buffer = new Uint8Array(4096);

  bytes(): Uint8Array {
    return this.#buffer.slice(0, this.length);
  }
  push(bytes: readonly number[]): void {
    this.#reserve(bytes.length, 0);
    this.#buffer.set(bytes, this.length);
    this.length += bytes.length;
  }
  zeros(count: number, column: number): void {
    this.#reserve(count, column);
    this.length += count;
  }
  /** What stands from `start` on, `count` more times. */
  repeat(start: number, count: number): void {
    const unit = this.#buffer.slice(start, this.length);
    this.#reserve(unit.length * count, 0);
    if (unit.length === 1) this.#buffer.fill(unit[0]!, this.length, this.length + count);
    else for (let i = 0; i < count; i++) this.#buffer.set(unit, this.length + i * unit.length);
    this.length += unit.length * count;
  }
  #reserve(count: number, column: number): void {
    if (this.length + count > MOST_BYTES) throw new LineError("the program is larger than 256 MiB", column);
    if (this.length + count <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#buffer.length, this.length + count));
    larger.set(this.#buffer.subarray(0, this.length));
    this.#buffer = larger;
  }
}
