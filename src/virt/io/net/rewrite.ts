/** Another address and port in an IPv4 packet, in place: its checksums are adjusted, not computed anew (RFC 1624), so that what was wrong stays wrong. */
import type { Ip } from "./address.ts";
import { get16, get32, put16, put32 } from "./bytes.ts";
import { adjust, adjust32 } from "./checksum.ts";
import type { Protocol } from "./translation.ts";

export interface Rewriting {
  readonly protocol: Protocol;
  readonly which: "source" | "destination";
  readonly address: Ip;
  readonly port: number;
}

/** Where the header of the transport protocol has its checksum. */
const SUM = { icmp: 2, tcp: 16, udp: 6 } as const;

/** `at`: where the packet begins. It may be cut after 8 bytes of its payload; then a checksum beyond is nobody's. */
export function rewrite(bytes: Uint8Array, at: number, { protocol, which, address, port }: Rewriting): void {
  const ipAt = at + (which === "source" ? 12 : 16);
  const old = get32(bytes, ipAt);
  put32(bytes, ipAt, address);
  put16(bytes, at + 10, adjust32(get16(bytes, at + 10), old, address));
  const body = at + (bytes[at]! & 15) * 4;
  const portAt = body + (protocol === "icmp" ? 4 : which === "source" ? 0 : 2);
  const oldPort = get16(bytes, portAt);
  put16(bytes, portAt, port);
  const sumAt = body + SUM[protocol];
  if (sumAt + 2 > bytes.length) return;
  const sum = get16(bytes, sumAt);
  // A datagram whose sender computed no checksum keeps none (RFC 768).
  if (protocol === "udp" && sum === 0) return;
  // ICMP has no pseudo header.
  const moved = protocol === "icmp" ? sum : adjust32(sum, old, address);
  const adjusted = adjust(moved, oldPort, port);
  put16(bytes, sumAt, protocol === "udp" && adjusted === 0 ? 0xffff : adjusted);
}

/** One hop less to live. */
export function hop(bytes: Uint8Array): void {
  const before = get16(bytes, 8);
  bytes[8]!--;
  put16(bytes, 10, adjust(get16(bytes, 10), before, get16(bytes, 8)));
}
