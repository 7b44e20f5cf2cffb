/**
 * Connection tracking, and address translation by it, as Linux has them (net/netfilter: nf_conntrack, nf_nat): a connection is two tuples, what its first packet said
 * and what an answer to it will say. Where these are not each other's reverse, packets are translated.
 *
 *     original   client:50000 ─▶ host:8080        a published port: the answer will come from elsewhere
 *     reply      client:50000 ◀─ container:80
 *
 * nat.ts keeps one port outside for an endpoint whoever it talks to (RFC 4787); here every connection has its own.
 */
import type { Ip } from "../address.ts";
import { type Endpoint, FIRST_PORT, IDLE, LAST_PORT, type Protocol } from "../translation.ts";

export interface Tuple {
  readonly protocol: Protocol;
  readonly source: Endpoint;
  /** Of an ICMP echo both ports are its identifier. */
  readonly destination: Endpoint;
}

export const reversed = ({ protocol, source, destination }: Tuple): Tuple => ({
  protocol,
  source: destination,
  destination: source,
});

export interface Connection {
  readonly original: Tuple;
  reply: Tuple;
  answered: boolean;
  /** Seconds: the last packet, of either side. */
  used: number;
}

/** nf_conntrack's own default for a machine with 1 GiB (nf_conntrack-sysctl.rst, nf_conntrack_max), so that a flood does not fill the host's memory. */
const MOST = 65_536;

export class Conntrack {
  readonly #byTuple = new Map<string, Connection>();
  readonly #most: number;
  #expired = 0;

  constructor(most = MOST) {
    this.#most = most;
  }

  get size(): number {
    return this.#byTuple.size / 2;
  }

  /** The connection that a packet belongs to; a new one is in no table before `confirm`. */
  find(tuple: Tuple): Connection | undefined {
    return this.#byTuple.get(key(tuple));
  }

  begin(original: Tuple, now: number): Connection {
    return { original, reply: reversed(original), answered: false, used: now };
  }

  isReply(tuple: Tuple, { original }: Connection): boolean {
    return key(tuple) !== key(original);
  }

  /** The first packet has got through. false: there is no room, or somebody else's answers would look the same. */
  confirm(connection: Connection, now: number): boolean {
    const [there, back] = [key(connection.original), key(connection.reply)];
    const known = this.#byTuple.get(there);
    if (known) return known === connection;
    this.#expire(now);
    if (this.size >= this.#most || this.#byTuple.has(back)) return false;
    this.#byTuple.set(there, connection);
    this.#byTuple.set(back, connection);
    return true;
  }

  /** Its packets leave with this source, at a port that nobody else's answers come to: its own where it is free. undefined: there is none. */
  hide(connection: Connection, address: Ip): boolean {
    const { protocol, destination } = connection.reply;
    const count = LAST_PORT - FIRST_PORT + 1;
    const begin = Math.max(destination.port, FIRST_PORT) - FIRST_PORT;
    for (let step = 0; step < count; step++) {
      const port = FIRST_PORT + ((begin + step) % count);
      // Answers to an echo have its identifier on both sides.
      const source = protocol === "icmp" ? { ...connection.reply.source, port } : connection.reply.source;
      const reply = { protocol, source, destination: { address, port } };
      if (this.#byTuple.has(key(reply))) continue;
      connection.reply = reply;
      return true;
    }
    return false;
  }

  #expire(now: number): void {
    if (now - this.#expired < 1) return;
    this.#expired = now;
    for (const [name, connection] of this.#byTuple) {
      const { protocol } = connection.original;
      const idle = protocol === "tcp" && !connection.answered ? IDLE.tcpTransitory : IDLE[protocol];
      if (now - connection.used > idle) this.#byTuple.delete(name);
    }
  }
}

const key = ({ protocol, source, destination }: Tuple): string =>
  `${protocol} ${source.address}:${source.port} ${destination.address}:${destination.port}`;
