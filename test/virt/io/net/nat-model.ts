/** A second NAT, as naive as it can be said: a history of what was sent, searched from its beginning; packets are built anew from what was read. */
import { get16, Malformed, put16 } from "../../../../src/virt/io/net/bytes.ts";
import { checksum } from "../../../../src/virt/io/net/checksum.ts";
import { buildIcmp, type Icmp, parseIcmp } from "../../../../src/virt/io/net/icmp.ts";
import { buildIpv4, type Ipv4, parseIpv4 } from "../../../../src/virt/io/net/ipv4.ts";
import { buildTcp, parseTcp } from "../../../../src/virt/io/net/tcp.ts";
import type { Dependence, Protocol } from "../../../../src/virt/io/net/translation.ts";
import { buildUdp, parseUdp } from "../../../../src/virt/io/net/udp.ts";

export interface Rule {
  readonly mapping: Dependence;
  readonly filtering: Dependence;
  readonly outside: number;
  readonly isInside: (address: number) => boolean;
  readonly isOutside: (address: number) => boolean;
  readonly forwards: readonly { protocol: Protocol; outside: number; address: number; port: number }[];
}

interface Peer {
  peer: number;
  peerPort: number;
  /** Of TCP. */
  answered: boolean;
  ended: Set<string>;
}

interface Row {
  protocol: Protocol;
  address: number;
  port: number;
  outside: number;
  used: number;
  first: { peer: number; peerPort: number };
  peers: Peer[];
  fixed: boolean;
}

type Ports = {
  protocol: Protocol;
  from: number;
  to: number;
  flags: number;
  build: (from: number, to: number, source: number, destination: number) => Uint8Array;
};

export class NaiveNat {
  rows: Row[];
  readonly #rule: Rule;

  constructor(rule: Rule) {
    this.#rule = rule;
    this.rows = rule.forwards.map((one) => ({
      ...{ ...one, used: 0, first: { peer: 0, peerPort: 0 }, peers: [], fixed: true },
    }));
  }

  outbound(bytes: Uint8Array, now: number): Uint8Array | undefined {
    const packet = this.#valid(bytes, now);
    return packet && packet.destination !== this.#rule.outside ? this.#leave(packet, now) : undefined;
  }

  hairpin(bytes: Uint8Array, now: number): Uint8Array | undefined {
    const packet = this.#valid(bytes, now);
    if (packet?.destination !== this.#rule.outside) return undefined;
    const turned = this.#leave(packet, now);
    return turned && this.#enter({ ...(parseIpv4(turned) as Ipv4), ttl: packet.ttl });
  }

  inbound(bytes: Uint8Array, now: number): Uint8Array | undefined {
    const packet = this.#valid(bytes, now);
    const { outside, isOutside } = this.#rule;
    if (packet?.destination !== outside || packet.source === outside || !isOutside(packet.source))
      return undefined;
    return this.#enter(packet);
  }

  #valid(bytes: Uint8Array, now: number): Ipv4 | undefined {
    this.rows = this.rows.filter((row) => row.fixed || now - row.used <= life(row));
    const packet = parseIpv4(bytes);
    if (packet instanceof Malformed || packet.fragment || packet.headerLength !== 20) return undefined;
    // What is beside source, destination and time to live stays as it was: only what our builder can build is asked for.
    return packet.ttl > 1 ? packet : undefined;
  }

  #leave(packet: Ipv4, now: number): Uint8Array | undefined {
    const { outside, isInside, isOutside } = this.#rule;
    const { source, destination } = packet;
    if (!isInside(source) || (destination !== outside && !isOutside(destination))) return undefined;
    const error = errorOf(packet);
    if (error) {
      const { inner, ports } = error;
      const row = this.rows.find(
        (one) =>
          one.protocol === ports.protocol &&
          one.address === inner.destination &&
          one.port === ports.to &&
          (one.fixed || this.#fits(one, inner.source, ports.from)),
      );
      if (!row || destination !== inner.source || !this.#lets(row, inner.source, ports.from))
        return undefined;
      const about = embed(inner, { destination: outside }, [ports.from, row.outside]);
      return errorPacket(packet, { source: outside }, error.icmp, about);
    }
    const ports = portsOf(packet, 8);
    if (!ports) return undefined;
    const same = (row: Row) =>
      row.protocol === ports.protocol && row.address === source && row.port === ports.from;
    let row =
      this.rows.find((one) => one.fixed && same(one)) ??
      this.rows.find((one) => same(one) && this.#fits(one, destination, ports.to));
    if (!row) {
      const wanted = Math.max(ports.from, 1024);
      const taken = (one: number) =>
        this.rows.some((other) => other.protocol === ports.protocol && other.outside === one);
      let free = wanted;
      while (taken(free)) free = free === 65_535 ? 1024 : free + 1;
      row = {
        ...{ protocol: ports.protocol, address: source, port: ports.from, outside: free, used: now },
        ...{ first: { peer: destination, peerPort: ports.to }, peers: [], fixed: false },
      };
      this.rows.push(row);
    }
    row.used = now;
    let peer = row.peers.find((one) => one.peer === destination && one.peerPort === ports.to);
    if (!peer) {
      peer = { peer: destination, peerPort: ports.to, answered: false, ended: new Set() };
      row.peers.push(peer);
    }
    if (ports.flags & 2 && peer.ended.size === 2) {
      peer.ended.clear();
      peer.answered = false;
    }
    end(peer, ports.flags, "inside");
    return again(packet, { source: outside }, ports.build(row.outside, ports.to, outside, destination));
  }

  #enter(packet: Ipv4): Uint8Array | undefined {
    const { source } = packet;
    const error = errorOf(packet);
    if (error) {
      const { inner, ports } = error;
      const row = this.rows.find((one) => one.protocol === ports.protocol && one.outside === ports.from);
      const sent = row?.peers.some((one) => one.peer === inner.destination && one.peerPort === ports.to);
      if (!row || !sent || inner.source !== this.#rule.outside) return undefined;
      const about = embed(inner, { source: row.address }, [row.port, ports.to]);
      return errorPacket(packet, { destination: row.address }, error.icmp, about);
    }
    const ports = portsOf(packet, 0);
    const row = ports && this.rows.find((one) => one.protocol === ports.protocol && one.outside === ports.to);
    if (!row || !this.#lets(row, source, ports.from)) return undefined;
    const peer = row.peers.find((one) => one.peer === source && one.peerPort === ports.from);
    if (peer) {
      if (!(ports.flags & 4) && peer.ended.size === 0) peer.answered = true;
      end(peer, ports.flags, "outside");
    }
    return again(
      packet,
      { destination: row.address },
      ports.build(ports.from, row.port, source, row.address),
    );
  }

  /** Whether a packet to that peer uses this mapping. */
  #fits({ first }: Row, peer: number, peerPort: number): boolean {
    const { mapping } = this.#rule;
    if (mapping === "endpoint-independent") return true;
    return first.peer === peer && (mapping === "address-dependent" || first.peerPort === peerPort);
  }

  #lets({ fixed, peers }: Row, peer: number, peerPort: number): boolean {
    const { filtering } = this.#rule;
    return (
      fixed ||
      filtering === "endpoint-independent" ||
      peers.some(
        (one) => one.peer === peer && (filtering === "address-dependent" || one.peerPort === peerPort),
      )
    );
  }
}

function life({ protocol, peers }: Row): number {
  if (protocol !== "tcp") return { udp: 300, icmp: 60 }[protocol];
  return peers.some(({ answered, ended }) => answered && ended.size < 2) ? 7440 : 240;
}

function end(peer: Peer, flags: number, side: string): void {
  if (flags & 1) peer.ended.add(side);
  if (flags & 4) peer.ended = new Set(["inside", "outside"]);
}

/** The packet with one address changed and a hop less. */
const again = (packet: Ipv4, change: Partial<Ipv4>, payload: Uint8Array): Uint8Array =>
  buildIpv4({ ...packet, ...change, ttl: packet.ttl - 1, payload });

function portsOf(packet: Ipv4, echo: number): Ports | undefined {
  const { payload } = packet;
  if (packet.protocol === 17) {
    const udp = parseUdp(payload, packet);
    if (udp instanceof Malformed) return undefined;
    const none = get16(payload, 6) === 0;
    return {
      ...{ protocol: "udp", from: udp.sourcePort, to: udp.destinationPort, flags: 0 },
      build(sourcePort, destinationPort, source, destination) {
        const built = buildUdp({ ...udp, sourcePort, destinationPort }, { source, destination });
        if (none) put16(built, 6, 0);
        const whole = payload.slice();
        whole.set(built);
        return whole;
      },
    };
  }
  if (packet.protocol === 6) {
    const tcp = parseTcp(payload, packet);
    if (tcp instanceof Malformed) return undefined;
    return {
      ...{ protocol: "tcp", from: tcp.sourcePort, to: tcp.destinationPort, flags: tcp.flags },
      build: (sourcePort, destinationPort, source, destination) =>
        buildTcp({ ...tcp, sourcePort, destinationPort }, { source, destination }),
    };
  }
  const icmp = packet.protocol === 1 ? parseIcmp(payload) : undefined;
  if (!icmp || icmp instanceof Malformed || icmp.type !== echo) return undefined;
  const is = echo === 8;
  return {
    ...{ protocol: "icmp", from: is ? icmp.identifier : 0, to: is ? 0 : icmp.identifier, flags: 0 },
    build: (from, to) => buildIcmp({ ...icmp, identifier: is ? from : to }),
  };
}

interface ErrorOf {
  icmp: Icmp;
  inner: Ipv4;
  ports: { protocol: Protocol; from: number; to: number };
}

function errorOf(packet: Ipv4): ErrorOf | undefined {
  const icmp = packet.protocol === 1 ? parseIcmp(packet.payload) : undefined;
  if (!icmp || icmp instanceof Malformed || ![3, 11, 12].includes(icmp.type)) return undefined;
  const inner = parseIpv4(icmp.data, true);
  if (inner instanceof Malformed || inner.fragment || inner.headerLength !== 20 || inner.payload.length < 8)
    return undefined;
  const protocol = ({ 1: "icmp", 6: "tcp", 17: "udp" } as const)[inner.protocol];
  const type = inner.payload[0];
  if (!protocol || (protocol === "icmp" && type !== 0 && type !== 8)) return undefined;
  const identifier = get16(inner.payload, 4);
  const [from, to] =
    protocol === "icmp"
      ? type === 8
        ? [identifier, 0]
        : [0, identifier]
      : [get16(inner.payload, 0), get16(inner.payload, 2)];
  return { icmp, inner, ports: { protocol, from: from!, to: to! } };
}

/** The embedded packet with other ends; what is cut stays cut, and a checksum that was right is right. */
function embed(inner: Ipv4, change: Partial<Ipv4>, [from, to]: [number, number]): Uint8Array {
  const payload = inner.payload.slice();
  const ends = { ...inner, ...change };
  if (inner.protocol === 1) put16(payload, 4, payload[0] === 8 ? from : to);
  else {
    put16(payload, 0, from);
    put16(payload, 2, to);
  }
  const [at, old] = inner.protocol === 1 ? [2, 0] : inner.protocol === 6 ? [16, 1] : [6, 1];
  const none = inner.protocol === 17 && get16(payload, at) === 0;
  // ~C' = ~C + everything that came − everything that went, in one's complement (RFC 1624, equation 4).
  if (at + 2 <= payload.length && !none) {
    const words = (one: Ipv4, bytes: Uint8Array) =>
      [
        ...(old
          ? [one.source >>> 16, one.source & 0xffff, one.destination >>> 16, one.destination & 0xffff]
          : []),
        ...[0, 2, 4].map((word) => (word === at ? 0 : get16(bytes, word))),
      ].reduce((sum, word) => sum + word, 0);
    let sum =
      (~get16(payload, at) & 0xffff) + words(ends, payload) + 65_535 * 16 - words(inner, inner.payload);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    const check = ~sum & 0xffff;
    put16(payload, at, inner.protocol === 17 && check === 0 ? 0xffff : check);
  }
  return Object.assign(payload, { ends });
}

function errorPacket(outer: Ipv4, change: Partial<Ipv4>, icmp: Icmp, about: Uint8Array): Uint8Array {
  const { ends } = about as Uint8Array & { ends: Ipv4 };
  const data = icmp.data.slice();
  const view = new DataView(data.buffer);
  view.setUint32(12, ends.source);
  view.setUint32(16, ends.destination);
  put16(data, 10, 0);
  put16(data, 10, checksum(data, 0, 20));
  data.set(about, 20);
  return again(outer, change, buildIcmp({ ...icmp, data }));
}
