/** User datagrams (RFC 768). */
import type { Ip } from "./address.ts";
import { get16, Malformed, put16 } from "./bytes.ts";
import { checksum, pseudoSum } from "./checksum.ts";
import { PROTOCOL } from "./ipv4.ts";

export interface Udp {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly data: Uint8Array;
}

interface Ends {
  readonly source: Ip;
  readonly destination: Ip;
}

export function parseUdp(bytes: Uint8Array, { source, destination }: Ends): Udp | Malformed {
  if (bytes.length < 8) return new Malformed("UDP: shorter than its header");
  const length = get16(bytes, 4);
  if (length < 8 || length > bytes.length) return new Malformed("UDP: length");
  // 0: the sender computed none.
  const summed = get16(bytes, 6) !== 0;
  if (summed && checksum(bytes, 0, length, pseudoSum(source, destination, PROTOCOL.udp, length)) !== 0)
    return new Malformed("UDP: checksum");
  return {
    ...{ sourcePort: get16(bytes, 0), destinationPort: get16(bytes, 2) },
    data: bytes.subarray(8, length),
  };
}

export function buildUdp(
  { sourcePort, destinationPort, data }: Udp,
  { source, destination }: Ends,
): Uint8Array {
  const bytes = new Uint8Array(8 + data.length);
  put16(bytes, 0, sourcePort);
  put16(bytes, 2, destinationPort);
  put16(bytes, 4, bytes.length);
  bytes.set(data, 8);
  const sum = checksum(bytes, 0, bytes.length, pseudoSum(source, destination, PROTOCOL.udp, bytes.length));
  put16(bytes, 6, sum === 0 ? 0xffff : sum);
  return bytes;
}
