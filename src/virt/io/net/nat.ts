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
import { NO_SIGNALS, type Protocol, type Signals, TranslationTable } from "./translation.ts";
import { parseUdp } from "./udp.ts";

export interface NatOptions {
  /** The address that the world outside sees. */
  readonly outside: Ip;
  readonly ledger?: IoLedger;
  readonly table?: TranslationTable;
}

interface Flow {
  readonly protocol: Protocol;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly signals: Signals;
}

export class Nat {
  readonly #outside: Ip;
  readonly #ledger: IoLedger;
  readonly #table: TranslationTable;
  readonly drops = new Map<string, number>();

  constructor({ outside, ledger = FREE, table = new TranslationTable() }: NatOptions) {
    this.#outside = outside;
    this.#ledger = ledger;
    this.#table = table;
  }

  get mappings(): number {
    return this.#table.size;
  }

  /** A packet from inside as it leaves, or undefined when it is dropped. `now` in seconds. */
  outbound(bytes: Uint8Array, now: number): Uint8Array | undefined {
    this.#table.expire(now);
    const read = this.#read(bytes, ICMP.echo);
    if (!read) return undefined;
    const { packet, flow } = read;
    const { source, destination } = packet;
    if (isMulticast(destination) || isPrivate(destination)) return this.#drop("NAT: no way to there");
    const mapping = this.#table.outbound(
      ...([flow.protocol, source, flow.sourcePort, destination, flow.signals, now] as const),
    );
    if (!mapping) return this.#drop("NAT: no mapping is left");
    return this.#rewritten(bytes, packet, flow.protocol, "source", this.#outside, mapping.outside);
  }

  /** A packet from outside as it comes in, or undefined when nobody inside has asked for it. */
  inbound(bytes: Uint8Array, now: number): Uint8Array | undefined {
    this.#table.expire(now);
    const read = this.#read(bytes, ICMP.echoReply);
    if (!read) return undefined;
    const { packet, flow } = read;
    if (packet.destination !== this.#outside) return this.#drop("NAT: not for this address");
    const mapping = this.#table.inbound(flow.protocol, flow.destinationPort, packet.source, flow.signals);
    if (!mapping) return this.#drop("NAT: filtered");
    return this.#rewritten(bytes, packet, flow.protocol, "destination", mapping.address, mapping.port);
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
