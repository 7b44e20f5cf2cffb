/** Network byte order. Whoever reads has checked the length. */

export const get16 = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;
export const get32 = (bytes: Uint8Array, at: number): number =>
  get16(bytes, at) * 0x1_0000 + get16(bytes, at + 2);
export const get48 = (bytes: Uint8Array, at: number): number =>
  get16(bytes, at) * 0x1_0000_0000 + get32(bytes, at + 2);

export function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}
export function put32(bytes: Uint8Array, at: number, value: number): void {
  put16(bytes, at, value >>> 16);
  put16(bytes, at + 2, value & 0xffff);
}
export function put48(bytes: Uint8Array, at: number, value: number): void {
  put16(bytes, at, Math.floor(value / 0x1_0000_0000));
  put32(bytes, at + 2, value % 0x1_0000_0000);
}

/** Why bytes are not what they should be: a value, which whoever drops them counts. */
export class Malformed {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}
