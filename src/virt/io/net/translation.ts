/**
 * The table of a NAT: endpoint-independent mappings, address-dependent filtering (RFC 4787, sections 4.1 and 5), and when they end.
 * One mapping for each inside endpoint; of each the peers that it has sent to.
 */
import type { Ip } from "./address.ts";

export type Protocol = "udp" | "tcp" | "icmp";

/** Seconds without a packet from inside: RFC 4787 REQ-5 (recommended), RFC 5382 REQ-5, RFC 5508 REQ-2. */
export const IDLE = { udp: 300, tcp: 7440, tcpTransitory: 240, icmp: 60 } as const;

/** Ports that a NAT gives out. */
export const FIRST_PORT = 1024;
export const LAST_PORT = 65_535;

/** An endpoint inside, by its address and port; the identifier of an ICMP echo is its port (RFC 5508, section 3.1). */
export interface Mapping {
  readonly protocol: Protocol;
  readonly address: Ip;
  readonly port: number;
  /** The port that the world outside sees. */
  readonly outside: number;
  readonly peers: Set<Ip>;
  /** TCP: "transitory" while it opens and after RST or both FINs. */
  established: boolean;
  finished: number;
  /** Seconds: when inside has sent last. Packets from outside keep nothing open (RFC 4787, REQ-6). */
  used: number;
}

/** What a TCP segment says about its connection. */
export interface Signals {
  readonly syn: boolean;
  readonly fin: boolean;
  readonly rst: boolean;
}
export const NO_SIGNALS: Signals = { syn: false, fin: false, rst: false };

const INSIDE_FIN = 1;
const OUTSIDE_FIN = 2;

export class TranslationTable {
  readonly #inside = new Map<string, Mapping>();
  readonly #outside = new Map<string, Mapping>();
  readonly #limit: number;

  /** So many mappings at most, so that one guest cannot fill the host's memory. */
  constructor(limit = 4096) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#inside.size;
  }

  /** The mapping of an endpoint that sends, made when there is none; undefined when no port is left. */
  outbound(
    ...[protocol, address, port, peer, signals, now]: [Protocol, Ip, number, Ip, Signals, number]
  ): Mapping | undefined {
    const key = `${protocol} ${address} ${port}`;
    let mapping = this.#inside.get(key);
    if (!mapping) {
      const outside = this.#free(protocol, port);
      if (outside === undefined) return undefined;
      const times = { established: false, finished: 0, used: now };
      mapping = { protocol, address, port, outside, peers: new Set(), ...times };
      this.#inside.set(key, mapping);
      this.#outside.set(`${protocol} ${outside}`, mapping);
    }
    mapping.peers.add(peer);
    mapping.used = now;
    observe(mapping, signals, INSIDE_FIN);
    return mapping;
  }

  /** The mapping that a packet from outside belongs to, if inside has sent to that address; undefined: filtered. */
  inbound(protocol: Protocol, outside: number, peer: Ip, signals: Signals): Mapping | undefined {
    const mapping = this.#outside.get(`${protocol} ${outside}`);
    if (!mapping?.peers.has(peer)) return undefined;
    if (protocol === "tcp" && !signals.rst && mapping.finished === 0) mapping.established = true;
    observe(mapping, signals, OUTSIDE_FIN);
    return mapping;
  }

  expire(now: number): void {
    for (const [key, mapping] of this.#inside)
      if (now - mapping.used > idle(mapping)) {
        this.#inside.delete(key);
        this.#outside.delete(`${mapping.protocol} ${mapping.outside}`);
      }
  }

  /** The endpoint's own port where it is free (port preservation), or the next one. No overloading (RFC 4787, REQ-3). */
  #free(protocol: Protocol, port: number): number | undefined {
    if (this.#inside.size >= this.#limit) return undefined;
    const count = LAST_PORT - FIRST_PORT + 1;
    const begin = Math.max(port, FIRST_PORT) - FIRST_PORT;
    for (let step = 0; step < count; step++) {
      const candidate = FIRST_PORT + ((begin + step) % count);
      if (!this.#outside.has(`${protocol} ${candidate}`)) return candidate;
    }
    return undefined;
  }
}

function observe(mapping: Mapping, { syn, fin, rst }: Signals, side: number): void {
  if (syn) mapping.finished = 0;
  if (fin) mapping.finished |= side;
  if (rst) mapping.finished = INSIDE_FIN | OUTSIDE_FIN;
  if (mapping.finished === (INSIDE_FIN | OUTSIDE_FIN)) mapping.established = false;
}

const idle = ({ protocol, established }: Mapping): number =>
  protocol === "tcp" && !established ? IDLE.tcpTransitory : IDLE[protocol];
