/**
 * Two hosts with virtual machines, and a server, on one LAN. Bridged: each host's switch is a part of the LAN, and so are its machines.
 * NAT: each host has a network of its own behind its one address.
 *
 *     guest ─┐                                            ┌─ guest
 *     guest ─┴─ switch ─[NAT]─── the LAN's switch ───[NAT]─ switch ─┴─ guest
 *                                  server ─┘
 *
 * Everybody knows the MAC addresses of its own network (no ARP): what is measured is the two tables.
 */
import { cable, type NetworkPort } from "../../machine/devices/network.ts";
import { IO_WORK } from "../../machine/profiles/monitors/io.ts";
import type { IoLedger } from "../../virt/io/backend.ts";
import { type Ip, ip, type Mac } from "../../virt/io/net/address.ts";
import type { BridgePolicy } from "../../virt/io/net/bridge.ts";
import { get32, Malformed } from "../../virt/io/net/bytes.ts";
import { buildFrame, ETHERTYPE, parseFrame } from "../../virt/io/net/frame.ts";
import { buildIpv4, PROTOCOL, parseIpv4 } from "../../virt/io/net/ipv4.ts";
import { Nat } from "../../virt/io/net/nat.ts";
import { VirtualSwitch } from "../../virt/io/net/switch.ts";
import type { NatPolicy } from "../../virt/io/net/translation.ts";
import { buildUdp, parseUdp } from "../../virt/io/net/udp.ts";

export type Way = "bridged" | "NAT";

/** Since the last `reset`. */
export interface Counts {
  /** Frames and packets that a switch or a NAT has looked at. */
  handled: number;
  /** Lines of 64 bytes, copied for the second and further ports of a flooded frame. */
  copied: number;
  /** Frames that arrived at somebody they were not for. */
  strayed: number;
  /** Cycles of what was handled and copied, at the prices of virtual I/O. */
  cycles: number;
}

/** A machine that sends and answers datagrams, always at the same port. */
export interface Station {
  readonly name: string;
  /** 0: the server, on no host. */
  readonly host: number;
  readonly address: Ip;
  /** The address by which those outside its host know it. */
  readonly seenAs: Ip;
  /** Who has sent to it, in their order. */
  readonly received: readonly { readonly address: Ip; readonly port: number }[];
}

/** A switch, and who is there; what is for somebody else goes to the gateway, if there is one. */
interface Segment {
  readonly bridge: VirtualSwitch;
  readonly macs: Map<Ip, Mac>;
  readonly gateway: Mac | undefined;
}

const PORT = 5000;
const SERVER = ip("198.51.100.200");
const GATEWAY: Mac = 0x0200_0000_00fe;
const DATA = new Uint8Array(400);

export class TwoHosts {
  readonly stations: readonly Station[];
  readonly counts: Counts = { handled: 0, copied: 0, strayed: 0, cycles: 0 };
  /** Seconds. */
  now = 0;
  readonly #way: Way;
  readonly #policy: BridgePolicy & NatPolicy;
  readonly #senders = new Map<Station, (to: Ip, port: number) => void>();
  readonly #ledger: IoLedger = {
    pay: (event, _detail, times = 1) => {
      if (event !== "packet" && event !== "copyLine") return;
      this.counts[event === "packet" ? "handled" : "copied"] += times;
      this.counts.cycles += IO_WORK[event] * times;
    },
  };
  #macs = 0x0200_0000_0000;

  /** So many guests on each host. */
  constructor(way: Way, guests: number, policy: BridgePolicy & NatPolicy) {
    this.#way = way;
    this.#policy = policy;
    const lan = this.#segment();
    const server = this.#station("server", 0, SERVER, SERVER, lan);
    const hosts = [1, 2].map((host) => this.#host(host, guests, lan));
    this.stations = [server, ...hosts.flat()];
  }

  /** By the address that the sender knows the other one by. */
  send(from: Station, to: Station): void {
    const near = this.#way === "bridged" || from.host === to.host;
    this.#senders.get(from)?.(near ? to.address : to.seenAs, PORT);
  }

  /** Whether `from` can begin a conversation: it asks, is heard, is answered, and hears the answer. */
  reaches(from: Station, to: Station): boolean {
    const [heard, before] = [to.received.length, from.received.length];
    this.send(from, to);
    const asked = to.received.at(-1);
    if (!asked || to.received.length === heard) return false;
    this.#senders.get(to)?.(asked.address, asked.port);
    return from.received.length > before;
  }

  reset(): void {
    Object.assign(this.counts, { handled: 0, copied: 0, strayed: 0, cycles: 0 });
  }

  #segment(gateway?: Mac): Segment {
    const options = { policy: this.#policy, ledger: this.#ledger, now: () => this.now };
    return { bridge: new VirtualSwitch(options), macs: new Map(), gateway };
  }

  #host(host: number, guests: number, lan: Segment): Station[] {
    const bridged = this.#way === "bridged";
    const outside = ip(`198.51.100.${host}`);
    const inside = bridged ? { ...this.#segment(), macs: lan.macs } : this.#segment(GATEWAY);
    if (bridged) {
      const [up, down] = cable();
      inside.bridge.plug(up);
      lan.bridge.plug(down);
    } else this.#translate(outside, inside, lan);
    return Array.from({ length: guests }, (_, at) => {
      const address = bridged ? ip(`198.51.100.${host * 50 + at}`) : ip(`10.0.${host}.${2 + at}`);
      return this.#station(`guest ${host}.${at + 1}`, host, address, bridged ? address : outside, inside);
    });
  }

  #station(name: string, host: number, address: Ip, seenAs: Ip, segment: Segment): Station {
    const received: { address: Ip; port: number }[] = [];
    const mac = ++this.#macs;
    segment.macs.set(address, mac);
    const send = this.#plug(segment, mac, (bytes) => {
      const packet = parseIpv4(bytes);
      if (packet instanceof Malformed || packet.destination !== address) return;
      const udp = parseUdp(packet.payload, packet);
      if (!(udp instanceof Malformed)) received.push({ address: packet.source, port: udp.sourcePort });
    });
    const station = { name, host, address, seenAs, received };
    this.#senders.set(station, (destination, destinationPort) => {
      const ends = { source: address, destination };
      const payload = buildUdp({ sourcePort: PORT, destinationPort, data: DATA }, ends);
      send(buildIpv4({ ...ends, protocol: PROTOCOL.udp, payload }));
    });
    return station;
  }

  #translate(outside: Ip, inside: Segment, lan: Segment): void {
    const nat = new Nat({ outside, policy: this.#policy, ledger: this.#ledger });
    const mac = ++this.#macs;
    lan.macs.set(outside, mac);
    const leave = this.#plug(lan, mac, (bytes) => {
      const packet = nat.inbound(bytes, this.now);
      if (packet) enter(packet);
    });
    const enter = this.#plug(inside, GATEWAY, (bytes) => {
      const packet = nat.outbound(bytes, this.now);
      if (packet) leave(packet);
    });
  }

  /** A network card on a segment; what it returns sends a packet there, to whoever has its address, or nowhere. */
  #plug(segment: Segment, mac: Mac, receive: (packet: Uint8Array) => void): (packet: Uint8Array) => void {
    const [own, other]: [NetworkPort, NetworkPort] = cable();
    segment.bridge.plug(other);
    own.onFrame = (bytes) => {
      const frame = parseFrame(bytes);
      if (frame instanceof Malformed) return;
      if (frame.destination === mac) receive(frame.payload);
      else this.counts.strayed++;
    };
    return (packet) => {
      const destination = segment.macs.get(get32(packet, 16)) ?? segment.gateway;
      if (destination === undefined) return;
      own.transmit(buildFrame({ destination, source: mac, type: ETHERTYPE.ipv4, payload: packet }));
    };
  }
}
