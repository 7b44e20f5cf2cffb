/** The mappings of a NAT by both of their ends, with the state of TCP connections: so many at most, with so many peers each. */
import type { Ip } from "./address.ts";
import type { Mapping, Protocol, Translations } from "./translation.ts";

/** What a TCP segment says about its connection. */
export interface Signals {
  readonly syn: boolean;
  readonly fin: boolean;
  readonly rst: boolean;
}
export const NO_SIGNALS: Signals = { syn: false, fin: false, rst: false };

const FIN = { inside: 1, outside: 2 } as const;
const CLOSED = FIN.inside | FIN.outside;

interface Row {
  mapping: Mapping;
  /** The one that inside has sent to last is the last. */
  readonly peers: Set<Ip>;
  finished: number;
}

export interface TableLimits {
  readonly mappings?: number;
  readonly peers?: number;
}

const insideKey = (protocol: Protocol, address: Ip, port: number) => `${protocol} ${address} ${port}`;
const outsideKey = (protocol: Protocol, outside: number) => `${protocol} ${outside}`;

export class TranslationTable implements Translations {
  readonly #inside = new Map<string, Row>();
  readonly #outside = new Map<string, Row>();
  readonly #limits: Required<TableLimits>;

  /** Limits, so that one guest cannot fill the host's memory. A peer beyond them takes the place of the one that was sent to longest ago. */
  constructor({ mappings = 4096, peers = 256 }: TableLimits = {}) {
    this.#limits = { mappings, peers };
  }

  get size(): number {
    return this.#inside.size;
  }

  inside(protocol: Protocol, address: Ip, port: number): Mapping | null {
    return this.#inside.get(insideKey(protocol, address, port))?.mapping ?? null;
  }

  outside(protocol: Protocol, outside: number): Mapping | null {
    return this.#outside.get(outsideKey(protocol, outside))?.mapping ?? null;
  }

  add(protocol: Protocol, address: Ip, port: number, outside: number): boolean {
    const [here, there] = [insideKey(protocol, address, port), outsideKey(protocol, outside)];
    if (this.size >= this.#limits.mappings || this.#inside.has(here) || this.#outside.has(there))
      return false;
    const mapping = { protocol, address, port, outside, used: 0, established: false };
    const row: Row = { mapping, peers: new Set(), finished: 0 };
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

  knows(protocol: Protocol, outside: number, peer: Ip): boolean {
    return this.#outside.get(outsideKey(protocol, outside))?.peers.has(peer) ?? false;
  }

  remove(protocol: Protocol, outside: number): void {
    const row = this.#outside.get(outsideKey(protocol, outside));
    if (!row) return;
    this.#outside.delete(outsideKey(protocol, outside));
    this.#inside.delete(insideKey(protocol, row.mapping.address, row.mapping.port));
  }

  entries(): readonly Mapping[] {
    return [...this.#inside.values()].map(({ mapping }) => mapping);
  }

  /** A packet of the mapping has passed: what that says about a TCP connection. */
  observe(protocol: Protocol, outside: number, { syn, fin, rst }: Signals, from: keyof typeof FIN): void {
    const row = this.#outside.get(outsideKey(protocol, outside));
    if (protocol !== "tcp" || !row) return;
    const answered = from === "outside" && !rst && row.finished === 0;
    if (syn) row.finished = 0;
    if (fin) row.finished |= FIN[from];
    if (rst) row.finished = CLOSED;
    const established = (row.mapping.established || answered) && row.finished !== CLOSED;
    if (established !== row.mapping.established) row.mapping = { ...row.mapping, established };
  }
}
