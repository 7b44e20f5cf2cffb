/** Numbers as bytes, and whether they fit. */
import { LineError } from "./error.ts";

/** The low bytes, lowest first. */
export const little = (value: bigint, bytes: number) =>
  Array.from({ length: bytes }, (_, i) => Number((BigInt.asUintN(64, value) >> BigInt(8 * i)) & 0xffn));

export const isInt32 = (n: bigint) => n >= -0x80000000n && n <= 0x7fffffffn;

/** As a signed or an unsigned number. */
export function fits(n: bigint, bytes: number): boolean {
  if (bytes >= 8) return true;
  const limit = 1n << BigInt(8 * bytes);
  return n >= -limit / 2n && n < limit;
}

export function tooLarge(n: bigint, bytes: number, column: number, signed = false): LineError {
  const limit = 1n << BigInt(8 * bytes);
  const most = signed ? limit / 2n - 1n : limit - 1n;
  return new LineError(
    `${n} does not fit in ${bytes === 1 ? "a byte" : `${bytes} bytes`}: from ${-limit / 2n} to ${most}`,
    column,
  );
}
