/** The image that the host builds: bytes at physical addresses, only what differs from zero is kept. */
import { RAM } from "./layout.ts";

export class Image {
  readonly bytes = new Uint8Array(RAM);
  readonly view = new DataView(this.bytes.buffer);

  u16(at: number, value: number): void {
    this.view.setUint16(at, value, true);
  }
  u32(at: number, value: number): void {
    this.view.setUint32(at, value >>> 0, true);
  }
  u64(at: number, value: bigint): void {
    this.view.setBigUint64(at, BigInt.asUintN(64, value), true);
  }
  words(at: number, values: readonly number[]): number {
    for (const value of values) {
      this.u32(at, value);
      at += 4;
    }
    return at;
  }
  put(at: number, bytes: Uint8Array | readonly number[]): void {
    this.bytes.set(bytes, at);
  }
}
