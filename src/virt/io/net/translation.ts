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
  /** `towards`: what of the peer the mapping depends on, as a number; 0 for nothing (RFC 4787, section 4.1). */
  inside(protocol: Protocol, address: Ip, port: number, towards?: number): Mapping | null;
  outside(protocol: Protocol, outside: number): Mapping | null;
  /** false: nothing was added, for the table is full, or one of the two ends has a mapping. */
  add(protocol: Protocol, address: Ip, port: number, outside: number, towards?: number): boolean;
  /** Inside has sent to that peer now. */
  touch(protocol: Protocol, outside: number, peer: Ip, now: number): void;
  /** Whether inside has sent to that peer; with a port, to that port of it. */
  knows(protocol: Protocol, outside: number, peer: Ip, peerPort?: number): boolean;
  remove(protocol: Protocol, outside: number): void;
  entries(): readonly Mapping[];
}

/** From inside: the endpoint that sends, and where it sends to. The peer of an ICMP echo has port 0; so has one whose port nobody looks at. */
export interface Leaving extends Endpoint {
  readonly protocol: Protocol;
  readonly peer: Ip;
  readonly peerPort?: number;
}

/** From outside: the NAT's port that it is for, and who has sent it. */
export interface Arriving {
  readonly protocol: Protocol;
  readonly port: number;
  readonly peer: Ip;
  readonly peerPort?: number;
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

/** What of the peer a decision depends on (RFC 4787, sections 4.1 and 5). */
export const DEPENDENCES = [
  "endpoint-independent",
  "address-dependent",
  "address-and-port-dependent",
] as const;
export type Dependence = (typeof DEPENDENCES)[number];

export interface Behaviour {
  /** Whether an endpoint keeps its port outside whoever it sends to: REQ-1 wants "endpoint-independent", which it is unless said. */
  readonly mapping?: Dependence;
  /** Who may send to that port: "address-dependent" unless said, the more stringent one that REQ-8 recommends. */
  readonly filtering?: Dependence;
}

export function translating({
  mapping = "endpoint-independent",
  filtering = "address-dependent",
}: Behaviour = {}): NatPolicy {
  const towards = (peer: Ip, peerPort: number) =>
    mapping === "endpoint-independent"
      ? 0
      : mapping === "address-dependent"
        ? peer
        : peer * 0x1_0000 + peerPort;
  return {
    outbound({ protocol, address, port, peer, peerPort = 0 }, now, table) {
      const to = towards(peer, peerPort);
      let outside = table.inside(protocol, address, port, to)?.outside ?? null;
      if (outside === null) {
        outside = free(protocol, port, table);
        if (outside === null || !table.add(protocol, address, port, outside, to)) return null;
      }
      table.touch(protocol, outside, peer, now);
      return outside;
    },
    /** Packets from outside keep nothing open (RFC 4787, REQ-6). */
    inbound({ protocol, port, peer, peerPort = 0 }, _now, table) {
      const found = table.outside(protocol, port);
      const asked =
        filtering === "endpoint-independent" ||
        (filtering === "address-dependent"
          ? table.knows(protocol, port, peer)
          : table.knows(protocol, port, peer, peerPort));
      return asked ? found : null;
    },
    expire(now, table) {
      for (const mapping of table.entries())
        if (now - mapping.used > idle(mapping)) table.remove(mapping.protocol, mapping.outside);
    },
  };
}

/** As RFC 4787 wants it. */
export const TRANSLATING: NatPolicy = translating();

/** The endpoint's own port where it is free (port preservation), or the next one. No overloading (RFC 4787, REQ-3); parity and the range below 1024 are not kept. */
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
