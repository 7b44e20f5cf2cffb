/**
 * Network address and port translation of IPv4 packets: many hosts inside behind one address outside (RFC 4787, 5382, 5508).
 * Packets go in and come out as bytes, with TTL one less and checksums adjusted, not computed anew.
 *
 *     inside ── outbound ──▶ source becomes outside:port ──▶ outside       a new mapping, or the endpoint's own
 *     inside ◀── inbound ─── destination becomes the endpoint ◀── outside  by a mapping that knows the peer, or a forwarded port
 *     inside ── hairpin ───▶ both, back to inside                          to a port of the outside address itself
 *
 * Not done: fragments (REQ-14) and IP options are dropped, and counted; so are protocols without ports.
 */
import { FREE, type IoLedger } from "../backend.ts";
import { formatIp, type Ip, isHost, isPrivate, networkOf } from "./address.ts";
import { get16, get32, Malformed, put16, put32 } from "./bytes.ts";
import { adjust32, checksum } from "./checksum.ts";
import { type Complaint, type Flow, flowOf } from "./flow.ts";
import { type Ipv4, parseIpv4 } from "./ipv4.ts";
import { hop, rewrite } from "./rewrite.ts";
import { type Endpoint, type Mapping, type NatPolicy, TRANSLATING } from "./translation.ts";
import { TranslationTable } from "./translation-table.ts";

export interface Forward {
  readonly protocol: "udp" | "tcp";
  /** The port outside. */
  readonly outside: number;
  readonly to: Endpoint;
}

export interface NatOptions {
  /** The address that the world outside sees. */
  readonly outside: Ip;
  /** The network inside: with it, what comes from elsewhere is not let out (RFC 2827). */
  readonly inside?: { readonly address: Ip; readonly prefix: number };
  readonly policy?: NatPolicy;
  readonly ledger?: IoLedger;
  readonly table?: TranslationTable;
  /** Whether private addresses (RFC 1918) are outside as well: for a host whose own network has such addresses. */
  readonly toPrivate?: boolean;
  readonly forwards?: readonly Forward[];
}

export class Nat {
  readonly #outside: Ip;
  readonly #inside: NatOptions["inside"];
  readonly #policy: NatPolicy;
  readonly #ledger: IoLedger;
  readonly #table: TranslationTable;
  readonly #toPrivate: boolean;
  #expired = 0;
  /** Packets dropped, by reason; and why the last one was. */
  readonly drops = new Map<string, number>();
  dropped: string | undefined;

  /** @throws RangeError as `forward` does */
  constructor({
    outside,
    inside,
    policy = TRANSLATING,
    ledger = FREE,
    table = new TranslationTable(),
    toPrivate = false,
    forwards = [],
  }: NatOptions) {
    this.#outside = outside;
    this.#inside = inside;
    this.#policy = policy;
    this.#ledger = ledger;
    this.#table = table;
    this.#toPrivate = toPrivate;
    for (const one of forwards) this.forward(one);
  }

  get mappings(): number {
    return this.#table.size;
  }

  /**
   * Opens a port outside for everybody, and gives it to an endpoint inside until `unforward`.
   * @throws RangeError when the port is no port, or one of the two ends is taken
   */
  forward({ protocol, outside, to }: Forward): void {
    for (const port of [outside, to.port])
      if (!Number.isInteger(port) || port < 1 || port > 65_535)
        throw new RangeError(`${protocol} port ${port} cannot be forwarded: ports are 1 to 65535`);
    if (this.#table.fix(protocol, to.address, to.port, outside)) return;
    const isFixed = (one: Mapping) => this.#table.forwards().includes(one);
    const there = this.#table.outside(protocol, outside);
    if (there)
      throw new RangeError(
        `${protocol} port ${outside} is ${isFixed(there) ? "forwarded to" : "in use by"} ${endpoint(there)} already: take another port outside${isFixed(there) ? ", or end that forwarding" : ", or wait until its mapping has expired"}`,
      );
    const here = this.#table.inside(protocol, to.address, to.port)!;
    throw new RangeError(
      `${protocol} ${endpoint(to)} has port ${here.outside} outside already: an endpoint has one port`,
    );
  }

  /** false: it was not forwarded. */
  unforward(protocol: Forward["protocol"], outside: number): boolean {
    return this.#table.unfix(protocol, outside);
  }

  /** A packet from inside as it leaves, or undefined when it is dropped. `now` in seconds. */
  outbound(bytes: Uint8Array, now: number): Uint8Array | undefined {
    const packet = this.#read(bytes, now);
    if (!packet) return undefined;
    if (packet.destination === this.#outside) return this.#drop("NAT: to its own address");
    return this.#leave(bytes, packet, now);
  }

  /** A packet from inside for the address outside, as it comes back in to whom it is for (RFC 4787, REQ-9; RFC 5508, REQ-7). */
  hairpin(bytes: Uint8Array, now: number): Uint8Array | undefined {
    const packet = this.#read(bytes, now);
    if (!packet) return undefined;
    if (packet.destination !== this.#outside) return this.#drop("NAT: not for this address");
    const turned = this.#leave(bytes, packet, now);
    const again = turned && parseIpv4(turned);
    return again && !(again instanceof Malformed) ? this.#enter(turned, again, now, true) : undefined;
  }

  /** A packet from outside as it comes in, or undefined when nobody inside has asked for it. */
  inbound(bytes: Uint8Array, now: number): Uint8Array | undefined {
    const packet = this.#read(bytes, now);
    if (!packet) return undefined;
    if (packet.destination !== this.#outside) return this.#drop("NAT: not for this address");
    if (packet.source === this.#outside || !this.#isOutside(packet.source))
      return this.#drop("NAT: not from outside");
    return this.#enter(bytes, packet, now);
  }

  #leave(bytes: Uint8Array, packet: Ipv4, now: number): Uint8Array | undefined {
    const { source: address, destination: peer } = packet;
    if (!this.#isInside(address)) return this.#drop("NAT: not from inside");
    if (peer !== this.#outside && !this.#isOutside(peer)) return this.#drop("NAT: no way to there");
    const flow = flowOf(packet, "outbound");
    if (flow instanceof Malformed) return this.#drop(flow.reason);
    if ("at" in flow) return this.#complain(bytes, packet, flow, now);
    const { protocol, sourcePort: port, destinationPort: peerPort } = flow;
    const outside = this.#policy.outbound({ protocol, address, port, peer, peerPort }, now, this.#table);
    if (outside === null) return this.#drop("NAT: no mapping is left");
    // A policy may be anybody's: what the world outside sees is what the table holds.
    if (!this.#holds(flow, outside, { address, port })) return this.#drop("NAT: not in the table");
    this.#table.observe(protocol, outside, peer, peerPort, flow.signals, "inside");
    const out = this.#taken(bytes, true);
    rewrite(out, 0, { protocol, which: "source", address: this.#outside, port: outside });
    return out;
  }

  /** `turned`: has lost its hop on the way out. */
  #enter(bytes: Uint8Array, packet: Ipv4, now: number, turned = false): Uint8Array | undefined {
    const flow = flowOf(packet, "inbound");
    if (flow instanceof Malformed) return this.#drop(flow.reason);
    if ("at" in flow) return this.#hear(bytes, flow, turned);
    const { protocol, destinationPort: port, sourcePort: peerPort } = flow;
    const peer = packet.source;
    const to = this.#policy.inbound({ protocol, port, peer, peerPort }, now, this.#table);
    if (!to) return this.#drop("NAT: filtered");
    if (!this.#holds(flow, port, to)) return this.#drop("NAT: not in the table");
    this.#table.observe(protocol, port, peer, peerPort, flow.signals, "outside");
    const out = this.#taken(bytes, !turned);
    rewrite(out, 0, { protocol, which: "destination", address: to.address, port: to.port });
    return out;
  }

  /** An error from inside about a packet that was let in: it leaves with the outside address, and so does the packet in it (RFC 5508, REQ-5). */
  #complain(bytes: Uint8Array, outer: Ipv4, { packet, flow, at }: Complaint, now: number) {
    const { source: peer, destination: address } = packet;
    const { protocol, sourcePort: peerPort, destinationPort: port } = flow;
    const mapping = this.#table.between(protocol, address, port, peer, peerPort);
    const asked =
      mapping && this.#policy.inbound({ protocol, port: mapping.outside, peer, peerPort }, now, this.#table);
    if (outer.destination !== peer || !asked || !this.#holds(flow, mapping.outside, { address, port }))
      return this.#drop("NAT: an error about nothing that was let in");
    const to = { protocol, which: "destination", address: this.#outside, port: mapping.outside } as const;
    return this.#turn(bytes, at, to, "source", this.#outside, true);
  }

  /** An error from outside about a packet that was sent there. It neither keeps a mapping open nor ends it (RFC 5508, REQ-4 and REQ-6). */
  #hear(bytes: Uint8Array, { packet, flow, at }: Complaint, turned: boolean) {
    const { protocol, sourcePort: outside, destinationPort: peerPort } = flow;
    const mapping = this.#table.outside(protocol, outside);
    const sent = this.#table.sent(protocol, outside, packet.destination, peerPort);
    if (!mapping || !sent || packet.source !== this.#outside)
      return this.#drop("NAT: an error about nothing that was sent");
    const { address, port } = mapping;
    return this.#turn(
      bytes,
      at,
      { protocol, which: "source", address, port },
      "destination",
      address,
      !turned,
    );
  }

  /** Rewrites the packet in an error, and the error's own address; the checksum of the whole was right, so it is computed anew. */
  #turn(
    ...[bytes, at, inner, which, address, hops]: [
      Uint8Array,
      number,
      Parameters<typeof rewrite>[2],
      "source" | "destination",
      Ip,
      boolean,
    ]
  ): Uint8Array {
    const out = this.#taken(bytes, hops);
    rewrite(out, at, inner);
    const outer = which === "source" ? 12 : 16;
    const before = get32(out, outer);
    put32(out, outer, address);
    put16(out, 10, adjust32(get16(out, 10), before, address));
    put16(out, at - 6, 0);
    put16(out, at - 6, checksum(out, at - 8));
    return out;
  }

  /** A copy that may be written to. */
  #taken(bytes: Uint8Array, hops: boolean): Uint8Array {
    this.#ledger.pay("packet");
    const out = new Uint8Array(bytes.subarray(0, get16(bytes, 2)));
    if (hops) hop(out);
    return out;
  }

  #holds({ protocol }: Flow, outside: number, { address, port }: Endpoint): boolean {
    const found = this.#table.outside(protocol, outside);
    return found?.address === address && found.port === port;
  }

  #isInside(address: Ip): boolean {
    if (!isHost(address) || address === this.#outside) return false;
    const inside = this.#inside;
    return !inside || networkOf(address, inside.prefix) === networkOf(inside.address, inside.prefix);
  }

  #isOutside(address: Ip): boolean {
    if (!isHost(address)) return false;
    const inside = this.#inside;
    if (inside && networkOf(address, inside.prefix) === networkOf(inside.address, inside.prefix))
      return false;
    return this.#toPrivate || !isPrivate(address);
  }

  /** Mappings expire once in a second, as a bridge ages: walking the table for each packet would cost as much as the table is long. */
  #read(bytes: Uint8Array, now: number): Ipv4 | undefined {
    if (now - this.#expired >= 1) {
      this.#expired = now;
      this.#policy.expire(now, this.#table);
    }
    const packet = parseIpv4(bytes);
    if (packet instanceof Malformed) return this.#drop(packet.reason);
    if (packet.fragment) return this.#drop("NAT: a fragment");
    if (packet.headerLength > 20) return this.#drop("NAT: IP options");
    if (packet.ttl <= 1) return this.#drop("NAT: time to live");
    return packet;
  }

  #drop(reason: string): undefined {
    this.dropped = reason;
    this.drops.set(reason, (this.drops.get(reason) ?? 0) + 1);
    return undefined;
  }
}

const endpoint = ({ address, port }: Endpoint): string => `${formatIp(address)}:${port}`;
