/** How a NAT decides what a packet is turned into: the contract, and our own way (RFC 4787, 5382 and 5508). */
import type { Ip } from "./address.ts";

export type Protocol = "udp" | "tcp" | "icmp";

/** Seconds without a packet from inside: RFC 4787 REQ-5 (recommended), RFC 5382 REQ-5, RFC 5508 REQ-2. */
export const IDLE = { udp: 300, tcp: 7440, tcpTransitory: 240, icmp: 60 } as const;

/** Ports that a NAT gives out. */
export const FIRST_PORT = 1024;
export const LAST_PORT = 65_535;

/** An endpoint inside, by its address and port; the identifier of an ICMP echo is its port (RFC 5508, section 3.1). */
export interface Endpoint {
  readonly address: Ip;
  readonly port: number;
}

export interface Mapping extends Endpoint {
  readonly protocol: Protocol;
  /** The port that the world outside sees. */
  readonly outside: number;
  /** Seconds: when inside has sent last. */
  readonly used: number;
  /** Of TCP: answered, and not yet closed by both or reset. */
  readonly established: boolean;
}

/** The mappings of a NAT, and of each the peers that inside has sent to. */
export interface Translations {
  inside(protocol: Protocol, address: Ip, port: number): Mapping | null;
  outside(protocol: Protocol, outside: number): Mapping | null;
  /** false: nothing was added, for the table is full, or one of the two ends has a mapping. */
  add(protocol: Protocol, address: Ip, port: number, outside: number): boolean;
  /** Inside has sent to that peer now. */
  touch(protocol: Protocol, outside: number, peer: Ip, now: number): void;
  /** Whether inside has sent to that peer. */
  knows(protocol: Protocol, outside: number, peer: Ip): boolean;
  remove(protocol: Protocol, outside: number): void;
  entries(): readonly Mapping[];
}

/** From inside: the endpoint that sends, and the address that it sends to. */
export interface Leaving extends Endpoint {
  readonly protocol: Protocol;
  readonly peer: Ip;
}

/** From outside: the NAT's port that it is for, and the address that has sent it. */
export interface Arriving {
  readonly protocol: Protocol;
  readonly port: number;
  readonly peer: Ip;
}

/** What decides; the NAT reads and rewrites the packets. */
export interface NatPolicy {
  /** The port that the packet leaves by; null: it is dropped. */
  outbound(packet: Leaving, now: number, table: Translations): number | null;
  /** Who inside gets the packet; null: it is dropped. */
  inbound(packet: Arriving, now: number, table: Translations): Endpoint | null;
  /** Removes what has not been used for too long. Called once in a second at most. */
  expire(now: number, table: Translations): void;
}

/** Endpoint-independent mappings, address-dependent filtering (RFC 4787, sections 4.1 and 5). */
export const TRANSLATING: NatPolicy = {
  outbound({ protocol, address, port, peer }, now, table) {
    const outside = table.inside(protocol, address, port)?.outside ?? free(protocol, port, table);
    if (outside === null) return null;
    if (!table.inside(protocol, address, port) && !table.add(protocol, address, port, outside)) return null;
    table.touch(protocol, outside, peer, now);
    return outside;
  },
  /** Packets from outside keep nothing open (RFC 4787, REQ-6). */
  inbound({ protocol, port, peer }, _now, table) {
    const mapping = table.outside(protocol, port);
    return mapping && table.knows(protocol, port, peer) ? mapping : null;
  },
  expire(now, table) {
    for (const mapping of table.entries())
      if (now - mapping.used > idle(mapping)) table.remove(mapping.protocol, mapping.outside);
  },
};

/** The endpoint's own port where it is free (port preservation), or the next one. No overloading (RFC 4787, REQ-3). */
function free(protocol: Protocol, port: number, table: Translations): number | null {
  const count = LAST_PORT - FIRST_PORT + 1;
  const begin = Math.max(port, FIRST_PORT) - FIRST_PORT;
  for (let step = 0; step < count; step++) {
    const candidate = FIRST_PORT + ((begin + step) % count);
    if (!table.outside(protocol, candidate)) return candidate;
  }
  return null;
}

const idle = ({ protocol, established }: Mapping): number =>
  protocol === "tcp" && !established ? IDLE.tcpTransitory : IDLE[protocol];
