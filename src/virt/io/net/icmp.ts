/** Internet control messages (RFC 792): echoes, and errors with the packet that they are about. */
import { get16, Malformed, put16 } from "./bytes.ts";
import { checksum } from "./checksum.ts";
import { buildIpv4, type Ipv4, PROTOCOL } from "./ipv4.ts";

export const ICMP = {
  echoReply: 0,
  unreachable: 3,
  echo: 8,
  timeExceeded: 11,
  parameterProblem: 12,
} as const;

/** Types that carry the packet which they are about. */
export const isIcmpError = (type: number): boolean =>
  type === ICMP.unreachable || type === ICMP.timeExceeded || type === ICMP.parameterProblem;

export interface Icmp {
  readonly type: number;
  readonly code: number;
  /** The second word's halves: of an echo the identifier and the sequence number. */
  readonly identifier: number;
  readonly sequence: number;
  /** Of an echo its data, of an error the beginning of the packet. */
  readonly data: Uint8Array;
}

export function parseIcmp(bytes: Uint8Array): Icmp | Malformed {
  if (bytes.length < 8) return new Malformed("ICMP: shorter than 8 bytes");
  if (checksum(bytes) !== 0) return new Malformed("ICMP: checksum");
  return {
    ...{ type: bytes[0]!, code: bytes[1]!, identifier: get16(bytes, 4), sequence: get16(bytes, 6) },
    data: bytes.subarray(8),
  };
}

export function buildIcmp({ type, code, identifier, sequence, data }: Icmp): Uint8Array {
  const bytes = new Uint8Array(8 + data.length);
  bytes[0] = type;
  bytes[1] = code;
  put16(bytes, 4, identifier);
  put16(bytes, 6, sequence);
  bytes.set(data, 8);
  put16(bytes, 2, checksum(bytes));
  return bytes;
}

/** The answer to a packet with an echo in it, with the same data (RFC 1122, section 3.2.2.6); undefined to anything else. */
export function echoReply({ source, destination, protocol, payload }: Ipv4): Uint8Array | undefined {
  const icmp = protocol === PROTOCOL.icmp ? parseIcmp(payload) : undefined;
  if (!icmp || icmp instanceof Malformed || icmp.type !== ICMP.echo) return undefined;
  const reply = buildIcmp({ ...icmp, type: ICMP.echoReply });
  return buildIpv4({ source: destination, destination: source, protocol, payload: reply });
}
