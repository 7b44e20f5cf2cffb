/** The Internet checksum (RFC 1071): the one's complement of the one's complement sum of 16-bit words. */
import { get16, put16 } from "./bytes.ts";

/** The sum of words, folded to 16 bits; an odd last byte counts as a word's high half (RFC 1071, section 4.1). */
export function onesSum(bytes: Uint8Array, from = 0, to = bytes.length, start = 0): number {
  let sum = start;
  for (let at = from; at + 1 < to; at += 2) sum += get16(bytes, at);
  if ((to - from) & 1) sum += bytes[to - 1]! << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

/** What belongs into a header's checksum field, while that holds 0; and 0 for a header whose checksum is right. */
export const checksum = (bytes: Uint8Array, from = 0, to = bytes.length, start = 0): number =>
  ~onesSum(bytes, from, to, start) & 0xffff;

/** The checksum after one word has changed: HC' = ~(~HC + ~m + m') (RFC 1624, equation 3). */
export function adjust(before: number, old: number, now: number): number {
  let sum = (~before & 0xffff) + (~old & 0xffff) + now;
  sum = (sum & 0xffff) + (sum >>> 16);
  sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** The same for 32 bits: an address. */
export const adjust32 = (before: number, old: number, now: number): number =>
  adjust(adjust(before, old >>> 16, now >>> 16), old & 0xffff, now & 0xffff);

/** The sum of the pseudo header of TCP and UDP (RFC 9293, section 3.1; RFC 768). */
export function pseudoSum(source: number, destination: number, protocol: number, length: number): number {
  const header = new Uint8Array(12);
  put16(header, 0, source >>> 16);
  put16(header, 2, source & 0xffff);
  put16(header, 4, destination >>> 16);
  put16(header, 6, destination & 0xffff);
  header[9] = protocol;
  put16(header, 10, length);
  return onesSum(header);
}
