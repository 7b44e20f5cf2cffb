/** Internet Protocol, version 4 (RFC 791). Fragments are told, not put together. */
import type { Ip } from "./address.ts";
import { get16, get32, Malformed, put16, put32 } from "./bytes.ts";
import { checksum } from "./checksum.ts";

export const PROTOCOL = { icmp: 1, tcp: 6, udp: 17 } as const;

export interface Ipv4 {
  readonly source: Ip;
  readonly destination: Ip;
  readonly protocol: number;
  readonly ttl: number;
  readonly identification: number;
  readonly dontFragment: boolean;
  /** MF set, or an offset other than 0. */
  readonly fragment: boolean;
  /** Of the header with its options. */
  readonly headerLength: number;
  readonly payload: Uint8Array;
}

/** `partial`: the packet inside an ICMP error, which may be cut after its header (RFC 792; RFC 1812, section 4.3.2.3). */
export function parseIpv4(bytes: Uint8Array, partial = false): Ipv4 | Malformed {
  if (bytes.length < 20) return new Malformed("IPv4: shorter than its header");
  if (bytes[0]! >>> 4 !== 4) return new Malformed("IPv4: another version");
  const headerLength = (bytes[0]! & 15) * 4;
  if (headerLength < 20 || headerLength > bytes.length) return new Malformed("IPv4: header length");
  const length = get16(bytes, 2);
  if (length < headerLength || (length > bytes.length && !partial))
    return new Malformed("IPv4: total length");
  if (checksum(bytes, 0, headerLength) !== 0) return new Malformed("IPv4: checksum");
  const flags = get16(bytes, 6);
  return {
    ...{ source: get32(bytes, 12), destination: get32(bytes, 16), protocol: bytes[9]!, ttl: bytes[8]! },
    ...{ identification: get16(bytes, 4), dontFragment: (flags & 0x4000) !== 0 },
    ...{ fragment: (flags & 0x3fff) !== 0, headerLength },
    payload: bytes.subarray(headerLength, Math.min(length, bytes.length)),
  };
}

export interface Ipv4Fields {
  readonly source: Ip;
  readonly destination: Ip;
  readonly protocol: number;
  readonly payload: Uint8Array;
  readonly ttl?: number;
  readonly identification?: number;
}

/** A header of 20 bytes with DF set, TTL 64 (RFC 1700). */
export function buildIpv4(fields: Ipv4Fields): Uint8Array {
  const bytes = new Uint8Array(20 + fields.payload.length);
  bytes[0] = 0x45;
  put16(bytes, 2, bytes.length);
  put16(bytes, 4, fields.identification ?? 0);
  put16(bytes, 6, 0x4000);
  bytes[8] = fields.ttl ?? 64;
  bytes[9] = fields.protocol;
  put32(bytes, 12, fields.source);
  put32(bytes, 16, fields.destination);
  put16(bytes, 10, checksum(bytes, 0, 20));
  bytes.set(fields.payload, 20);
  return bytes;
}
