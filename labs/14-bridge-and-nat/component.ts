/** What the student of lab 14 writes: how a bridge forwards frames, and how a NAT translates packets. */

/** A frame at a port of the bridge. MAC addresses are numbers of 48 bits. */
export interface Seen {
  readonly port: number;
  readonly vlan: number;
  readonly source: number;
  readonly destination: number;
}

/** Where a station was seen. */
export interface Entry {
  readonly port: number;
  /** Seconds. */
  readonly at: number;
}

/** The table of the bridge. */
export interface ForwardingTable {
  find(vlan: number, mac: number): Entry | null;
  /** In the place of what was there before. */
  set(vlan: number, mac: number, port: number, at: number): void;
  remove(vlan: number, mac: number): void;
  entries(): readonly {
    readonly vlan: number;
    readonly mac: number;
    readonly port: number;
    readonly at: number;
  }[];
}

export type Protocol = "udp" | "tcp" | "icmp";

/** IPv4 addresses are numbers of 32 bits. */
export interface Endpoint {
  readonly address: number;
  readonly port: number;
}

/** An endpoint inside, and the port that the world outside sees. */
export interface Mapping extends Endpoint {
  readonly protocol: Protocol;
  readonly outside: number;
  /** Seconds: when inside has sent last. */
  readonly used: number;
  /** Of TCP: answered, and not yet closed. */
  readonly established: boolean;
}

/** The table of the NAT: mappings, and of each the peers that inside has sent to. */
export interface Translations {
  /** The mapping of an endpoint inside. */
  inside(protocol: Protocol, address: number, port: number): Mapping | null;
  /** The mapping that has that port outside. */
  outside(protocol: Protocol, outside: number): Mapping | null;
  /** false: nothing was added, for the table is full, or one of the two ends has a mapping. */
  add(protocol: Protocol, address: number, port: number, outside: number): boolean;
  /** Inside has sent to that peer now. */
  touch(protocol: Protocol, outside: number, peer: number, now: number): void;
  /** Whether inside has sent to that peer. */
  knows(protocol: Protocol, outside: number, peer: number): boolean;
  remove(protocol: Protocol, outside: number): void;
  entries(): readonly Mapping[];
}

/** From inside: who sends, and to which address. */
export interface Leaving extends Endpoint {
  readonly protocol: Protocol;
  readonly peer: number;
}

/** From outside: the port that it is for, and which address has sent it. */
export interface Arriving {
  readonly protocol: Protocol;
  readonly port: number;
  readonly peer: number;
}

export interface BridgeAndNat {
  /** Learns where the source is; of the ports of the VLAN those that the frame leaves by. */
  forward(seen: Seen, ports: readonly number[], now: number, table: ForwardingTable): number[];
  age(now: number, table: ForwardingTable): void;
  /** The port that the packet leaves by; null: it is dropped. */
  outbound(packet: Leaving, now: number, table: Translations): number | null;
  /** Who inside gets the packet; null: it is dropped. */
  inbound(packet: Arriving, now: number, table: Translations): Endpoint | null;
  expire(now: number, table: Translations): void;
}
