/**
 * Network address and port translation of IPv4 packets: many hosts inside behind one address outside (RFC 4787, 5382, 5508).
 * Packets go in and come out as bytes, with TTL one less and checksums adjusted, not computed anew.
 */
import { FREE, type IoLedger } from "../backend.ts";
import { type Ip, isMulticast, isPrivate } from "./address.ts";
import { get16, get32, Malformed, put16, put32 } from "./bytes.ts";
import { adjust, adjust32 } from "./checksum.ts";
import { ICMP, parseIcmp } from "./icmp.ts";
import { type Ipv4, PROTOCOL, parseIpv4 } from "./ipv4.ts";
import { parseTcp, TCP } from "./tcp.ts";
import { type NatPolicy, type Protocol, TRANSLATING } from "./translation.ts";
import { NO_SIGNALS, type Signals, TranslationTable } from "./translation-table.ts";
import { parseUdp } from "./udp.ts";

export interface NatOptions {
  /** The address that the world outside sees. */
  readonly outside: Ip;
  readonly policy?: NatPolicy;
  readonly ledger?: IoLedger;
  readonly table?: TranslationTable;
  /** Whether packets to private addresses (RFC 1918) leave as well: for a host whose own network has such addresses. */
  readonly toPrivate?: boolean;
}

interface Flow {
  readonly protocol: Protocol;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly signals: Signals;
}

export class Nat {
  readonly #outside: Ip;
  readonly #policy: NatPolicy;
  readonly #ledger: IoLedger;
  readonly #table: TranslationTable;
  readonly #toPrivate: boolean;
  #expired = 0;
  /** Packets dropped, by reason. */
  readonly drops = new Map<string, number>();

  constructor({
    outside,
    policy = TRANSLATING,
    ledger = FREE,
    table = new TranslationTable(),
    toPrivate = false,
  }: NatOptions) {
    this.#outside = outside;
    this.#policy = policy;
    this.#ledger = ledger;
    this.#table = table;
    this.#toPrivate = toPrivate;
  }

  get mappings(): number {
    return this.#table.size;
  }

  /** A packet from inside as it leaves, or undefined when it is dropped. `now` in seconds. */
  outbound(bytes: Uint8Array, now: number): Uint8Array | undefined {
    this.#expire(now);
    const read = this.#read(bytes, ICMP.echo);
    if (!read) return undefined;
    const { packet, flow } = read;
    const { source: address, destination: peer } = packet;
    const { protocol, sourcePort: port } = flow;
    if (isMulticast(peer) || (isPrivate(peer) && !this.#toPrivate)) return this.#drop("NAT: no way to there");
    const outside = this.#policy.outbound({ protocol, address, port, peer }, now, this.#table);
    if (outside === null) return this.#drop("NAT: no mapping is left");
    // A policy may be anybody's: what the world outside sees is what the table holds.
    if (this.#table.inside(protocol, address, port)?.outside !== outside)
      return this.#drop("NAT: not in the table");
    this.#table.observe(protocol, outside, flow.signals, "inside");
    return this.#rewritten(bytes, packet, protocol, "source", this.#outside, outside);
  }

  /** A packet from outside as it comes in, or undefined when nobody inside has asked for it. */
  inbound(bytes: Uint8Array, now: number): Uint8Array | undefined {
    this.#expire(now);
    const read = this.#read(bytes, ICMP.echoReply);
    if (!read) return undefined;
    const { packet, flow } = read;
    if (packet.destination !== this.#outside) return this.#drop("NAT: not for this address");
    const { protocol, destinationPort: port } = flow;
    const to = this.#policy.inbound({ protocol, port, peer: packet.source }, now, this.#table);
    if (!to) return this.#drop("NAT: filtered");
    if (this.#table.inside(protocol, to.address, to.port)?.outside !== port)
      return this.#drop("NAT: not in the table");
    this.#table.observe(protocol, port, flow.signals, "outside");
    return this.#rewritten(bytes, packet, protocol, "destination", to.address, to.port);
  }

  /** Once in a second, as a bridge ages: walking the table for each packet would cost as much as the table is long. */
  #expire(now: number): void {
    if (now - this.#expired < 1) return;
    this.#expired = now;
    this.#policy.expire(now, this.#table);
  }

  #drop(reason: string): undefined {
    this.drops.set(reason, (this.drops.get(reason) ?? 0) + 1);
    return undefined;
  }

  /** Of ICMP only the echo of that type. */
  #read(bytes: Uint8Array, echo: number): { packet: Ipv4; flow: Flow } | undefined {
    const packet = parseIpv4(bytes);
    if (packet instanceof Malformed) return this.#drop(packet.reason);
    if (packet.fragment) return this.#drop("NAT: a fragment");
    if (packet.ttl <= 1) return this.#drop("NAT: time to live");
    const flow = flowOf(packet, echo);
    if (flow instanceof Malformed) return this.#drop(flow.reason);
    return { packet, flow };
  }

  #rewritten(
    bytes: Uint8Array,
    packet: Ipv4,
    protocol: Protocol,
    which: "source" | "destination",
    address: Ip,
    port: number,
  ): Uint8Array {
    this.#ledger.pay("packet");
    const out = bytes.slice(0, get16(bytes, 2));
    const at = which === "source" ? 12 : 16;
    const body = packet.headerLength;
    const old = get32(out, at);
    const hop = get16(out, 8);
    out[8]!--;
    put32(out, at, address);
    put16(out, 10, adjust(adjust32(get16(out, 10), old, address), hop, get16(out, 8)));
    const portAt = body + (protocol === "icmp" ? 4 : which === "source" ? 0 : 2);
    const sumAt = body + { icmp: 2, tcp: 16, udp: 6 }[protocol];
    const oldPort = get16(out, portAt);
    put16(out, portAt, port);
    const sum = get16(out, sumAt);
    // A datagram whose sender computed no checksum keeps none (RFC 768).
    if (protocol === "udp" && sum === 0) return out;
    // ICMP has no pseudo header.
    const moved = protocol === "icmp" ? sum : adjust32(sum, old, address);
    const adjusted = adjust(moved, oldPort, port);
    put16(out, sumAt, protocol === "udp" && adjusted === 0 ? 0xffff : adjusted);
    return out;
  }
}

function flowOf(packet: Ipv4, echo: number): Flow | Malformed {
  if (packet.protocol === PROTOCOL.udp) {
    const udp = parseUdp(packet.payload, packet);
    return udp instanceof Malformed ? udp : { protocol: "udp", ...udp, signals: NO_SIGNALS };
  }
  if (packet.protocol === PROTOCOL.tcp) {
    const tcp = parseTcp(packet.payload, packet);
    if (tcp instanceof Malformed) return tcp;
    const has = (bit: number) => (tcp.flags & bit) !== 0;
    return { protocol: "tcp", ...tcp, signals: { syn: has(TCP.syn), fin: has(TCP.fin), rst: has(TCP.rst) } };
  }
  if (packet.protocol !== PROTOCOL.icmp) return new Malformed("NAT: a protocol without ports");
  const icmp = parseIcmp(packet.payload);
  if (icmp instanceof Malformed) return icmp;
  if (icmp.type !== echo) return new Malformed("NAT: an ICMP message that is no echo");
  const port = icmp.identifier;
  return { protocol: "icmp", sourcePort: port, destinationPort: port, signals: NO_SIGNALS };
}
