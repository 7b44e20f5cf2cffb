/** An ICMP error about a packet, or nothing where none may be sent (RFC 1122, section 3.2.2). */
import { type Ip, isHost } from "./address.ts";
import { Malformed } from "./bytes.ts";
import { buildIcmp, isIcmpError } from "./icmp.ts";
import { buildIpv4, PROTOCOL, parseIpv4 } from "./ipv4.ts";

/** Codes of "destination unreachable" (RFC 792; RFC 1812, section 5.2.7.1). */
export const UNREACHABLE = { host: 1, port: 3, prohibited: 13 } as const;

/** Never about an error, a fragment or a group; with the header and 8 bytes of the packet that it is about (RFC 792). */
export function icmpError(from: Ip, type: number, code: number, about: Uint8Array): Uint8Array | undefined {
  const packet = parseIpv4(about);
  if (packet instanceof Malformed || packet.fragment) return undefined;
  if (!isHost(packet.source) || !isHost(packet.destination)) return undefined;
  if (packet.protocol === PROTOCOL.icmp && isIcmpError(packet.payload[0] ?? 0)) return undefined;
  const data = about.slice(0, packet.headerLength + 8);
  return buildIpv4({
    ...{ source: from, destination: packet.source, protocol: PROTOCOL.icmp },
    payload: buildIcmp({ type, code, identifier: 0, sequence: 0, data }),
  });
}
