/** The mappings of a NAT by both of their ends, with their sessions: so many at most, with so many peers each; and the ports that are forwarded. */
import type { Ip } from "./address.ts";
import { Sessions, type Signals } from "./sessions.ts";
import type { Mapping, Protocol, Translations } from "./translation.ts";

interface Row {
  mapping: Mapping;
  readonly towards: number;
  /** Forwarded by the host: without an end, and open to everybody. */
  readonly fixed: boolean;
  /** The one that inside has sent to last is the last. */
  readonly peers: Set<Ip>;
  readonly sessions: Sessions;
}

export interface TableLimits {
  readonly mappings?: number;
  readonly peers?: number;
}

const insideKey = (protocol: Protocol, address: Ip, port: number, towards: number) =>
  `${protocol} ${address} ${port} ${towards}`;
const outsideKey = (protocol: Protocol, outside: number) => `${protocol} ${outside}`;

/** A peer's address and port as one number. */
export const sessionOf = (peer: Ip, port: number): number => peer * 0x1_0000 + port;

export class TranslationTable implements Translations {
  readonly #inside = new Map<string, Row>();
  readonly #outside = new Map<string, Row>();
  readonly #limits: Required<TableLimits>;
  #fixed = 0;

  /** Limits, so that one guest cannot fill the host's memory. A peer beyond them takes the place of the one that was sent to longest ago. */
  constructor({ mappings = 4096, peers = 256 }: TableLimits = {}) {
    this.#limits = { mappings, peers };
  }

  /** Without the forwarded ports. */
  get size(): number {
    return this.#inside.size - this.#fixed;
  }

  inside(protocol: Protocol, address: Ip, port: number, towards = 0): Mapping | null {
    const forwarded = this.#inside.get(insideKey(protocol, address, port, 0));
    if (forwarded?.fixed) return forwarded.mapping;
    return this.#inside.get(insideKey(protocol, address, port, towards))?.mapping ?? null;
  }

  outside(protocol: Protocol, outside: number): Mapping | null {
    return this.#outside.get(outsideKey(protocol, outside))?.mapping ?? null;
  }

  /** The mapping by which an endpoint inside talks to that peer, whatever of the peer its mappings depend on. */
  between(protocol: Protocol, address: Ip, port: number, peer: Ip, peerPort: number): Mapping | null {
    for (const towards of [0, peer, sessionOf(peer, peerPort)]) {
      const mapping = this.inside(protocol, address, port, towards);
      if (mapping) return mapping;
    }
    return null;
  }

  add(protocol: Protocol, address: Ip, port: number, outside: number, towards = 0): boolean {
    if (this.size >= this.#limits.mappings) return false;
    return this.#put(protocol, address, port, outside, towards, false);
  }

  /** A forwarded port. false: one of the two ends has a mapping. */
  fix(protocol: Protocol, address: Ip, port: number, outside: number): boolean {
    if (!this.#put(protocol, address, port, outside, 0, true)) return false;
    this.#fixed++;
    return true;
  }

  #put(
    ...[protocol, address, port, outside, towards, fixed]: [Protocol, Ip, number, number, number, boolean]
  ): boolean {
    const [here, there] = [insideKey(protocol, address, port, towards), outsideKey(protocol, outside)];
    if (this.#inside.has(here) || this.#outside.has(there)) return false;
    const mapping = { protocol, address, port, outside, used: 0, established: false };
    const sessions = new Sessions(this.#limits.peers);
    const row: Row = { mapping, towards, fixed, peers: new Set(), sessions };
    this.#inside.set(here, row);
    this.#outside.set(there, row);
    return true;
  }

  touch(protocol: Protocol, outside: number, peer: Ip, now: number): void {
    const row = this.#outside.get(outsideKey(protocol, outside));
    if (!row) return;
    row.mapping = { ...row.mapping, used: now };
    row.peers.delete(peer);
    row.peers.add(peer);
    const [oldest] = row.peers;
    if (row.peers.size > this.#limits.peers) row.peers.delete(oldest!);
  }

  knows(protocol: Protocol, outside: number, peer: Ip, peerPort?: number): boolean {
    const row = this.#outside.get(outsideKey(protocol, outside));
    if (!row || row.fixed) return row !== undefined;
    return peerPort === undefined ? row.peers.has(peer) : row.sessions.has(sessionOf(peer, peerPort));
  }

  /** Whether inside has sent to exactly that peer and port; a forwarded port alone says nothing about it. */
  sent(protocol: Protocol, outside: number, peer: Ip, peerPort: number): boolean {
    const row = this.#outside.get(outsideKey(protocol, outside));
    return row?.sessions.has(sessionOf(peer, peerPort)) ?? false;
  }

  /** What is forwarded stays. */
  remove(protocol: Protocol, outside: number): void {
    const row = this.#outside.get(outsideKey(protocol, outside));
    if (row && !row.fixed) this.#take(row);
  }

  /** Ends a forwarding. false: that port is not forwarded. */
  unfix(protocol: Protocol, outside: number): boolean {
    const row = this.#outside.get(outsideKey(protocol, outside));
    if (!row?.fixed) return false;
    this.#take(row);
    this.#fixed--;
    return true;
  }

  #take({ mapping: { protocol, address, port, outside }, towards }: Row): void {
    this.#outside.delete(outsideKey(protocol, outside));
    this.#inside.delete(insideKey(protocol, address, port, towards));
  }

  entries(): readonly Mapping[] {
    return this.#of(false);
  }

  forwards(): readonly Mapping[] {
    return this.#of(true);
  }

  #of(fixed: boolean): readonly Mapping[] {
    return [...this.#inside.values()].filter((row) => row.fixed === fixed).map(({ mapping }) => mapping);
  }

  /** A packet of the mapping has passed, to or from that peer: what that says about a session. */
  observe(
    ...[protocol, outside, peer, peerPort, signals, from]: [
      protocol: Protocol,
      outside: number,
      peer: Ip,
      peerPort: number,
      signals: Signals,
      from: "inside" | "outside",
    ]
  ): void {
    const row = this.#outside.get(outsideKey(protocol, outside));
    if (!row) return;
    row.sessions.observe(sessionOf(peer, peerPort), signals, from);
    const established = protocol === "tcp" && row.sessions.open > 0;
    if (established !== row.mapping.established) row.mapping = { ...row.mapping, established };
  }
}
