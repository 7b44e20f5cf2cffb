/**
 * IPv4 of a machine with several network devices, or of a network namespace: addresses, routes, forwarding between devices, the packet filter, and
 * who answers at its own addresses. Any of them is reached by any device, as in Linux (RFC 1122, section 3.3.4.2, the weak end system model).
 */
import { type NetworkPort, unplugged } from "../../../machine/devices/network.ts";
import { BROADCAST_IP, broadcastOf, type Ip, isHost, type Mac } from "./address.ts";
import type { Alarms } from "./alarms.ts";
import { get32, Malformed } from "./bytes.ts";
import { buildFrame, ETHERTYPE, parseFrame } from "./frame.ts";
import { Host } from "./host/host.ts";
import { ICMP } from "./icmp.ts";
import { icmpError, UNREACHABLE } from "./icmp-error.ts";
import { Interface, type InterfaceOptions } from "./interface.ts";
import { parseIpv4 } from "./ipv4.ts";
import { Netfilter, type Passage } from "./netfilter/netfilter.ts";
import { hop } from "./rewrite.ts";

export const LOOPBACK: Ip = 0x7f00_0001;

export interface DeviceOptions {
  readonly port: NetworkPort;
  readonly mac: Mac;
  readonly address: Ip;
  readonly prefix: number;
  /** Who gets what none of the devices' networks has; of one device at most. */
  readonly router?: Ip;
}

/** What a host's protocols send goes through the stack, whatever device it leaves by. */
class Local extends Interface {
  readonly #out: (packet: Uint8Array) => void;

  constructor(options: InterfaceOptions, out: (packet: Uint8Array) => void) {
    super(options);
    this.#out = out;
  }
  override send(packet: Uint8Array): void {
    this.#out(packet);
  }
}

interface Device {
  readonly name: string;
  readonly nic: Interface;
}

export class Stack {
  readonly netfilter: Netfilter;
  /** Whether packets for others are passed on: net.ipv4.ip_forward. */
  forwarding = false;
  readonly #alarms: Alarms;
  readonly #devices = new Map<string, Device>();
  /** Who answers, by address. */
  readonly #hosts = new Map<Ip, Host>();
  #loopback: NetworkPort | undefined;
  /** What goes round by the loopback stays with its connection: by the buffers of its frames. */
  readonly #round = new WeakMap<ArrayBufferLike, Passage>();
  readonly #backlog: { readonly name: string; readonly bytes: Uint8Array }[] = [];

  constructor(alarms: Alarms) {
    this.#alarms = alarms;
    const isLocal = (address: Ip) => this.#hosts.has(address);
    this.netfilter = new Netfilter({ isLocal, now: () => alarms.now });
  }

  /** 127.0.0.1, and the way from the machine to its own addresses. */
  loopback(port: NetworkPort): void {
    this.#loopback = port;
    port.onFrame = (bytes) => {
      const frame = parseFrame(bytes);
      if (!(frame instanceof Malformed)) this.#arrive("lo", frame.payload);
    };
    this.#answer({ mac: 0, address: LOOPBACK, prefix: 8 });
  }

  add(name: string, options: DeviceOptions): void {
    const nic = new Interface({ ...options, alarms: this.#alarms });
    nic.onPacket = (bytes) => this.#arrive(name, bytes);
    // If it was one of ours the answer comes back by the loopback, as it does in Linux.
    nic.onUnreachable = (bytes) => this.#complain(options.address, ICMP.unreachable, UNREACHABLE.host, bytes);
    this.#devices.set(name, { name, nic });
    this.#answer(options);
  }

  remove(name: string): void {
    const device = this.#devices.get(name);
    if (!device) return;
    this.#devices.delete(name);
    this.#hosts.delete(device.nic.address);
  }

  get addresses(): readonly Ip[] {
    return [...this.#hosts.keys()];
  }

  /** Who answers at one of its addresses; connections that begin there have it as their source. */
  at(address: Ip): Host {
    const host = this.#hosts.get(address);
    if (!host) throw new Error("invariant: a stack is asked for an address that it does not have");
    return host;
  }

  /** The own address from which it would send to another; undefined: there is no way. */
  sourceFor(destination: Ip): Ip | undefined {
    return this.#hosts.has(destination) ? destination : this.#route(destination)?.nic.address;
  }

  #answer({ mac, address, prefix }: Pick<DeviceOptions, "mac" | "address" | "prefix">): void {
    // It has no cable: whatever it sends, the stack finds the way for.
    const options = { mac, address, prefix, alarms: this.#alarms, port: unplugged() };
    this.#hosts.set(address, new Host(options, new Local(options, (packet) => this.#send(packet))));
  }

  #route(destination: Ip): Device | undefined {
    const devices = [...this.#devices.values()].sort((a, b) => b.nic.prefix - a.nic.prefix);
    return devices.find(({ nic }) => nic.isNear(destination)) ?? devices.find(({ nic }) => nic.router !== 0);
  }

  /** Whoever sends goes on first, even where the cable takes no time: what arrives waits for the processor (Linux, net/core/dev.c, netif_rx). */
  #arrive(name: string, bytes: Uint8Array): void {
    this.#backlog.push({ name, bytes });
    if (this.#backlog.length > 1) return;
    this.#alarms.set(0, () => {
      for (const one of this.#backlog.splice(0)) this.#in(one.name, one.bytes);
    });
  }

  #in(name: string, bytes: Uint8Array): void {
    const packet = parseIpv4(bytes);
    if (packet instanceof Malformed) return;
    const { source, destination } = packet;
    // RFC 1122, 3.2.1.3 (g): what is loopback's never came by a cable.
    const isLoopback = (address: Ip) => address >>> 24 === 127;
    if (name !== "lo" && (isLoopback(source) || isLoopback(destination))) return;
    const nic = this.#devices.get(name)?.nic;
    if (nic && [BROADCAST_IP, broadcastOf(nic.address, nic.prefix)].includes(destination)) {
      this.#hosts.get(nic.address)!.nic.onPacket(bytes);
      return;
    }
    const own = name === "lo" ? this.#round.get(bytes.buffer) : undefined;
    const passage = own ? { ...own, bytes } : this.netfilter.prerouting(bytes, name);
    const host = this.#hosts.get(get32(passage.bytes, 16));
    if (!host) {
      this.#forward(passage, name);
      return;
    }
    const taken = this.netfilter.input(passage);
    if (taken) host.nic.onPacket(taken);
  }

  #forward(passage: Passage, name: string): void {
    const { bytes } = passage;
    const destination = get32(bytes, 16);
    const nic = this.#devices.get(name)?.nic;
    if (!this.forwarding || !nic || !isHost(destination)) return;
    if (bytes[8]! <= 1) {
      this.#complain(nic.address, ICMP.timeExceeded, 0, bytes);
      return;
    }
    const out = this.#route(destination);
    if (!out) {
      this.#complain(nic.address, ICMP.unreachable, 0, bytes);
      return;
    }
    if (!this.netfilter.forward(passage, out.name)) return;
    const taken = new Uint8Array(bytes);
    hop(taken);
    this.#leave({ ...passage, bytes: taken }, out);
  }

  /** A packet of the machine's own. */
  #send(bytes: Uint8Array): void {
    const passage = this.netfilter.output(bytes);
    const destination = get32(passage.bytes, 16);
    if (this.#hosts.has(destination)) {
      // Whoever is hidden there is so behind an address that the world may see (Linux, inet_select_addr).
      const seen = this.addresses.find((address) => address !== LOOPBACK) ?? LOOPBACK;
      const out = this.netfilter.postrouting(passage, "lo", seen);
      if (out) this.#loop(out, passage);
      return;
    }
    const out = this.#route(destination);
    if (out) this.#leave(passage, out);
    else this.#hosts.get(get32(bytes, 12))?.nic.onUnreachable(bytes);
  }

  #leave(passage: Passage, { name, nic }: Device): void {
    const out = this.netfilter.postrouting(passage, name, nic.address);
    if (out) nic.send(out);
  }

  #loop(payload: Uint8Array, passage: Passage): void {
    const frame = buildFrame({ destination: 0, source: 0, type: ETHERTYPE.ipv4, payload });
    this.#round.set(frame.buffer, passage);
    this.#loopback?.transmit(frame);
  }

  #complain(from: Ip, type: number, code: number, about: Uint8Array): void {
    const error = icmpError(from, type, code, about);
    if (error) this.#send(error);
  }
}
