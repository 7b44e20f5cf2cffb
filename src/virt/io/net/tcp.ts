/** Segments of the Transmission Control Protocol (RFC 9293, section 3.1). Options are carried as bytes. */
import type { Ip } from "./address.ts";
import { get16, get32, Malformed, put16, put32 } from "./bytes.ts";
import { checksum, pseudoSum } from "./checksum.ts";
import { PROTOCOL } from "./ipv4.ts";

export const TCP = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const;

export interface Tcp {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  /** Bits of TCP. */
  readonly flags: number;
  readonly window: number;
  /** Whole words of 32 bits. */
  readonly options: Uint8Array;
  readonly data: Uint8Array;
}

interface Ends {
  readonly source: Ip;
  readonly destination: Ip;
}

export function parseTcp(bytes: Uint8Array, { source, destination }: Ends): Tcp | Malformed {
  if (bytes.length < 20) return new Malformed("TCP: shorter than its header");
  const offset = (bytes[12]! >>> 4) * 4;
  if (offset < 20 || offset > bytes.length) return new Malformed("TCP: data offset");
  const pseudo = pseudoSum(source, destination, PROTOCOL.tcp, bytes.length);
  if (checksum(bytes, 0, bytes.length, pseudo) !== 0) return new Malformed("TCP: checksum");
  return {
    ...{ sourcePort: get16(bytes, 0), destinationPort: get16(bytes, 2) },
    ...{ sequence: get32(bytes, 4), acknowledgment: get32(bytes, 8) },
    ...{ flags: bytes[13]! & 0x3f, window: get16(bytes, 14) },
    ...{ options: bytes.subarray(20, offset), data: bytes.subarray(offset) },
  };
}

export function buildTcp(tcp: Tcp, { source, destination }: Ends): Uint8Array {
  const offset = 20 + tcp.options.length;
  const bytes = new Uint8Array(offset + tcp.data.length);
  put16(bytes, 0, tcp.sourcePort);
  put16(bytes, 2, tcp.destinationPort);
  put32(bytes, 4, tcp.sequence);
  put32(bytes, 8, tcp.acknowledgment);
  bytes[12] = (offset / 4) << 4;
  bytes[13] = tcp.flags;
  put16(bytes, 14, tcp.window);
  bytes.set(tcp.options, 20);
  bytes.set(tcp.data, offset);
  const pseudo = pseudoSum(source, destination, PROTOCOL.tcp, bytes.length);
  put16(bytes, 16, checksum(bytes, 0, bytes.length, pseudo));
  return bytes;
}
