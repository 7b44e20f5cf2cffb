/**
 * A network interface: IPv4 packets to and from a cable, with ARP between (RFC 826; RFC 1122, section 2.3.2).
 *
 *     packet ─▶ next hop: its own network, or the router ─▶ known: frame │ unknown: ask, and wait with the packet
 */
import type { NetworkPort } from "../../../machine/devices/network.ts";
import {
  BROADCAST_IP,
  BROADCAST_MAC,
  broadcastOf,
  type Ip,
  isGroup,
  isMulticast,
  type Mac,
  networkOf,
} from "./address.ts";
import type { Alarm, Alarms } from "./alarms.ts";
import { type Arp, buildArp, parseArp } from "./arp.ts";
import { get32, Malformed } from "./bytes.ts";
import { buildFrame, ETHERTYPE, parseFrame } from "./frame.ts";

/** Seconds that an entry is believed (RFC 1122, 2.3.2.1), and between two questions; how often is asked, and how much waits meanwhile. */
const BELIEVED = 60;
const PATIENCE = 1;
const TRIES = 3;
const WAITING = 4;
const ENTRIES = 1024;

export interface InterfaceOptions {
  readonly port: NetworkPort;
  readonly mac: Mac;
  readonly alarms: Alarms;
  /** 0, no address yet, unless said. */
  readonly address?: Ip;
  readonly prefix?: number;
  /** Who gets what is for another network; 0: nobody. */
  readonly router?: Ip;
  /** Addresses of others that it answers for (RFC 1027). */
  readonly proxies?: (address: Ip) => boolean;
}

interface Question {
  tries: number;
  alarm: Alarm;
  readonly packets: Uint8Array[];
}

export class Interface {
  readonly mac: Mac;
  address: Ip;
  prefix: number;
  router: Ip;
  /** A packet for this station's MAC address or for all. It may be padded. */
  onPacket: (packet: Uint8Array) => void = () => {};
  /** Nobody has that packet's next hop. */
  onUnreachable: (packet: Uint8Array) => void = () => {};
  /** A frame for somebody else has come. */
  onStray: () => void = () => {};
  readonly #port: NetworkPort;
  readonly #alarms: Alarms;
  readonly #proxies: (address: Ip) => boolean;
  readonly #neighbours = new Map<Ip, { readonly mac: Mac; readonly until: number }>();
  readonly #questions = new Map<Ip, Question>();

  constructor({
    port,
    mac,
    alarms,
    address = 0,
    prefix = 24,
    router = 0,
    proxies = () => false,
  }: InterfaceOptions) {
    this.#port = port;
    this.mac = mac;
    this.#alarms = alarms;
    this.address = address;
    this.prefix = prefix;
    this.router = router;
    this.#proxies = proxies;
    port.onFrame = (frame) => this.#receive(frame);
  }

  /** Stations whose MAC address it knows. */
  get neighbours(): number {
    return this.#neighbours.size;
  }

  isNear(address: Ip): boolean {
    return networkOf(address, this.prefix) === networkOf(this.address, this.prefix);
  }

  /** Sends a packet to wherever it is for. */
  send(packet: Uint8Array): void {
    const to = get32(packet, 16);
    if (to === BROADCAST_IP || isMulticast(to) || to === broadcastOf(this.address, this.prefix)) {
      this.sendTo(BROADCAST_MAC, packet);
      return;
    }
    const hop = this.isNear(to) ? to : this.router;
    if (hop === 0) {
      this.onUnreachable(packet);
      return;
    }
    const known = this.#neighbours.get(hop);
    if (known && known.until >= this.#alarms.now) this.sendTo(known.mac, packet);
    else this.#wait(hop, packet);
  }

  sendTo(destination: Mac, packet: Uint8Array): void {
    const payload = packet;
    this.#port.transmit(buildFrame({ destination, source: this.mac, type: ETHERTYPE.ipv4, payload }));
  }

  #wait(hop: Ip, packet: Uint8Array): void {
    const question = this.#questions.get(hop);
    if (question) {
      if (question.packets.length < WAITING) question.packets.push(packet);
      return;
    }
    if (this.#questions.size >= ENTRIES) return;
    const alarm = this.#alarms.set(PATIENCE, () => this.#again(hop));
    this.#questions.set(hop, { tries: 1, alarm, packets: [packet] });
    this.#ask(hop);
  }

  #again(hop: Ip): void {
    const question = this.#questions.get(hop)!;
    if (question.tries++ < TRIES) {
      question.alarm = this.#alarms.set(PATIENCE, () => this.#again(hop));
      this.#ask(hop);
      return;
    }
    this.#questions.delete(hop);
    for (const packet of question.packets) this.onUnreachable(packet);
  }

  #ask(hop: Ip): void {
    this.#say(BROADCAST_MAC, {
      ...{ operation: "request", sender: this.mac, senderIp: this.address, target: 0, targetIp: hop },
    });
  }

  #say(destination: Mac, arp: Arp): void {
    const payload = buildArp(arp);
    this.#port.transmit(buildFrame({ destination, source: this.mac, type: ETHERTYPE.arp, payload }));
  }

  #receive(bytes: Uint8Array): void {
    const frame = parseFrame(bytes);
    if (frame instanceof Malformed || frame.vlan !== undefined) return;
    if (frame.destination !== this.mac && !isGroup(frame.destination)) this.onStray();
    else if (frame.type === ETHERTYPE.arp) this.#hear(frame.payload);
    else if (frame.type === ETHERTYPE.ipv4) this.onPacket(frame.payload);
  }

  /** What was not asked for is believed only of who asks for us: else anybody could be anybody. */
  #hear(payload: Uint8Array): void {
    const arp = parseArp(payload);
    if (arp instanceof Malformed || isGroup(arp.sender)) return;
    const { sender, senderIp, targetIp } = arp;
    const own = this.address !== 0 && targetIp === this.address;
    const forUs = own || (targetIp !== senderIp && this.#proxies(targetIp));
    const question = this.#questions.get(senderIp);
    const near = this.isNear(senderIp) && senderIp !== this.address;
    if (question || (near && forUs && arp.operation === "request")) this.#learn(senderIp, sender);
    if (question) {
      this.#alarms.cancel(question.alarm);
      this.#questions.delete(senderIp);
      for (const packet of question.packets) this.sendTo(sender, packet);
    }
    if (arp.operation === "request" && forUs)
      this.#say(sender, {
        ...{ operation: "reply", sender: this.mac, senderIp: targetIp, target: sender, targetIp: senderIp },
      });
  }

  #learn(address: Ip, mac: Mac): void {
    this.#neighbours.delete(address);
    const [oldest] = this.#neighbours.keys();
    if (this.#neighbours.size >= ENTRIES) this.#neighbours.delete(oldest!);
    this.#neighbours.set(address, { mac, until: this.#alarms.now + BELIEVED });
  }
}
