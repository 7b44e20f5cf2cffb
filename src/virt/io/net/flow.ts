/** What a NAT reads of a packet: its protocol, its ports, and what it says about a connection. */
import { get16, Malformed } from "./bytes.ts";
import { ICMP, type Icmp, isIcmpError, parseIcmp } from "./icmp.ts";
import { type Ipv4, PROTOCOL, parseIpv4 } from "./ipv4.ts";
import { NO_SIGNALS, type Signals } from "./sessions.ts";
import { parseTcp, TCP } from "./tcp.ts";
import type { Protocol } from "./translation.ts";

import { parseUdp } from "./udp.ts";

/** The identifier of an ICMP echo stands for the port inside; its peer has none, which is 0. */
export interface Flow {
  readonly protocol: Protocol;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly signals: Signals;
}

/** An ICMP error, and the beginning of the packet that it is about. */
export interface Complaint {
  readonly packet: Ipv4;
  readonly flow: Flow;
  /** Where that packet's header begins, from the beginning of the error's own IPv4 header. */
  readonly at: number;
}

export type Direction = "outbound" | "inbound";

/** Of ICMP the queries that pass in that direction: echoes out, replies in (RFC 5508, section 3); and errors. */
export function flowOf(packet: Ipv4, direction: Direction): Flow | Complaint | Malformed {
  const { payload } = packet;
  if (packet.protocol === PROTOCOL.udp) {
    const udp = parseUdp(payload, packet);
    return udp instanceof Malformed ? udp : { protocol: "udp", ...udp, signals: NO_SIGNALS };
  }
  if (packet.protocol === PROTOCOL.tcp) {
    const tcp = parseTcp(payload, packet);
    if (tcp instanceof Malformed) return tcp;
    const has = (bit: number) => (tcp.flags & bit) !== 0;
    return { protocol: "tcp", ...tcp, signals: { syn: has(TCP.syn), fin: has(TCP.fin), rst: has(TCP.rst) } };
  }
  if (packet.protocol !== PROTOCOL.icmp) return new Malformed("NAT: a protocol without ports");
  const icmp = parseIcmp(payload);
  if (icmp instanceof Malformed) return icmp;
  if (isIcmpError(icmp.type)) return complaintOf(packet, icmp);
  if (icmp.type !== (direction === "outbound" ? ICMP.echo : ICMP.echoReply))
    return new Malformed("NAT: an ICMP message that is neither echo nor error");
  return query(icmp.identifier, direction === "outbound");
}

const query = (identifier: number, isEcho: boolean): Flow => ({
  ...{ protocol: "icmp", signals: NO_SIGNALS },
  ...{ sourcePort: isEcho ? identifier : 0, destinationPort: isEcho ? 0 : identifier },
});

/** The embedded packet is cut, as a rule after 8 bytes of its payload: its ports are there, its checksum cannot be looked at (RFC 5508, REQ-3). */
function complaintOf(outer: Ipv4, { data }: Icmp): Complaint | Malformed {
  const packet = parseIpv4(data, true);
  if (packet instanceof Malformed) return new Malformed(`NAT: embedded ${packet.reason}`);
  if (packet.fragment || packet.headerLength > 20 || packet.payload.length < 8)
    return new Malformed("NAT: an embedded packet without ports");
  const at = outer.headerLength + 8;
  const ports = {
    sourcePort: get16(packet.payload, 0),
    destinationPort: get16(packet.payload, 2),
    signals: NO_SIGNALS,
  };
  if (packet.protocol === PROTOCOL.udp) return { packet, at, flow: { protocol: "udp", ...ports } };
  if (packet.protocol === PROTOCOL.tcp) return { packet, at, flow: { protocol: "tcp", ...ports } };
  const type = packet.payload[0];
  if (packet.protocol !== PROTOCOL.icmp || (type !== ICMP.echo && type !== ICMP.echoReply))
    return new Malformed("NAT: an embedded packet without ports");
  return { packet, at, flow: query(get16(packet.payload, 4), type === ICMP.echo) };
}
