/**
 * Two hosts with virtual machines, and a server, on one LAN. Bridged: each host's switch is a part of the LAN, and so are its machines.
 * NAT: each host has a network of its own behind its one address.
 *
 *     guest ─┐                                            ┌─ guest
 *     guest ─┴─ switch ─[gateway]══ the LAN's switch ══[gateway]─ switch ─┴─ guest
 *                                      server ═╝                        ─ at once, ═ a link with latency and bandwidth
 *
 * Switches and gateways of the hosts are software: what they do is paid for, at the prices of virtual I/O. The LAN's switch is a box of its own.
 * All processors share the clock, so a measured time is that of one conversation at a time.
 */
import { Clock } from "../../machine/clock.ts";
import type { NetworkPort } from "../../machine/devices/network.ts";
import { Ledger } from "../../machine/ledger.ts";
import { HASWELL } from "../../machine/profiles/haswell.ts";
import { IO_WORK } from "../../machine/profiles/monitors/io.ts";
import { KVM } from "../../machine/profiles/monitors/kvm.ts";
import { Trace } from "../../machine/trace.ts";
import { FREE, type IoLedger } from "../../virt/io/backend.ts";
import { type Ip, ip, type Mac } from "../../virt/io/net/address.ts";
import { Alarms } from "../../virt/io/net/alarms.ts";
import type { BridgePolicy } from "../../virt/io/net/bridge.ts";
import { Gateway } from "../../virt/io/net/gateway.ts";
import { Host } from "../../virt/io/net/host/host.ts";
import { link } from "../../virt/io/net/link.ts";
import { type Forward, Nat } from "../../virt/io/net/nat.ts";
import { VirtualSwitch } from "../../virt/io/net/switch.ts";
import type { NatPolicy } from "../../virt/io/net/translation.ts";

export type Way = "bridged" | "NAT" | "NAT with forwarding";
export const WAYS: readonly Way[] = ["bridged", "NAT", "NAT with forwarding"];

/** Ways to begin: a datagram, a connection, an echo. */
export const QUESTIONS = ["UDP", "TCP", "ping"] as const;
export type Question = (typeof QUESTIONS)[number];

/** Since the last `reset`. */
export interface Counts {
  /** Frames and packets that a switch or a NAT has looked at, the LAN's included. */
  handled: number;
  /** Lines of 64 bytes, copied for the second and further ports of a flooded frame. */
  copied: number;
  /** Frames that arrived at somebody they were not for. */
  strayed: number;
  /** The hosts' work, in cycles, at the prices of virtual I/O. */
  cycles: number;
}

/** A machine that sends and answers, always at the same port. */
export interface Station {
  readonly name: string;
  /** 0: the server, on no host. */
  readonly host: number;
  readonly address: Ip;
  /** The address and port by which those outside its host know it. */
  readonly seenAs: Ip;
  readonly seenPort: number;
  /** Who has sent it datagrams, in their order. */
  readonly received: readonly { readonly address: Ip; readonly port: number }[];
}

export interface TwoHostsOptions {
  readonly way: Way;
  /** On each host, 48 at most. */
  readonly guests: number;
  readonly policy: BridgePolicy & NatPolicy;
  /** Of the LAN's links, in seconds and bits a second; 20 µs and a gigabit unless said. */
  readonly latency?: number;
  readonly bandwidth?: number;
  /** Bytes of a question in UDP, and of its answer. */
  readonly size?: number;
  /** Sees what the LAN's switch sees: nanoseconds, and the frame. */
  readonly watch?: ((nanoseconds: number, frame: Uint8Array) => void) | undefined;
}

interface Segment {
  readonly bridge: VirtualSwitch;
  /** Of a new port's far end. */
  readonly plug: () => NetworkPort;
  readonly router: Ip;
}

const PORT = 40_000;
const SERVER = ip("198.51.100.200");
const PREFIX = 24;
const { hertz } = HASWELL;
/** Of cycles of the hosts' processors. */
export const microseconds = (cycles: number): number => (cycles / hertz) * 1e6;

/** Longer than any answer takes, shorter than anybody's patience. */
const SETTLED = 0.1;

export class TwoHosts {
  readonly stations: readonly Station[];
  readonly counts: Counts = { handled: 0, copied: 0, strayed: 0, cycles: 0 };
  readonly #clock = new Clock();
  readonly #options: Required<Omit<TwoHostsOptions, "watch">>;
  readonly #hosts = new Map<Station, Host>();
  /** Who waits for an answer to a datagram. */
  readonly #answers = new Map<Station, () => void>();
  readonly #nats: Nat[] = [];
  readonly #bridges: VirtualSwitch[] = [];
  readonly #paid: IoLedger;
  readonly #counted: IoLedger;
  #macs = 0x0200_0000_0000;

  constructor(options: TwoHostsOptions) {
    this.#options = { latency: 20e-6, bandwidth: 1e9, size: 400, ...options };
    const trace = new Trace(this.#clock);
    const ledger = new Ledger({ clock: this.#clock, trace, profile: HASWELL, monitor: KVM });
    this.#counted = { pay: (event, detail, times = 1) => this.#count(FREE, event, detail, times) };
    this.#paid = { pay: (event, detail, times = 1) => this.#count(ledger, event, detail, times) };
    const lan = this.#lan();
    lan.bridge.mirror((frame) => options.watch?.(microseconds(this.#clock.now) * 1000, frame));
    const server = this.#station({ name: "server", host: 0, address: SERVER }, lan);
    this.stations = [server, ...[1, 2].flatMap((host) => this.#host(host, lan))];
  }

  /** Mappings of both NATs, and stations that all switches know. */
  get tables(): { readonly mappings: number; readonly stations: number } {
    const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);
    return {
      mappings: sum(this.#nats.map(({ mappings }) => mappings)),
      stations: sum(this.#bridges.map((bridge) => bridge.stations().length)),
    };
  }

  /** A datagram, by the address that the sender knows the other one by. */
  send(from: Station, to: Station): void {
    this.#ask(from, to, 0);
    this.wait(SETTLED);
  }

  /** Whether `from` can begin a conversation: it asks, is heard, is answered, and hears the answer. */
  reaches(from: Station, to: Station, question: Question = "UDP"): boolean {
    return this.asks(from, to, question) !== undefined;
  }

  /** The same, as the cycles from question to answer; undefined without one. */
  asks(from: Station, to: Station, question: Question = "UDP"): number | undefined {
    const began = this.#clock.now;
    let ended: number | undefined;
    const answered = () => {
      ended ??= this.#clock.now;
    };
    if (question === "UDP") this.#answers.set(from, answered);
    const heard = this.#heard(to, question);
    if (question === "UDP") this.#ask(from, to, 1);
    const connection = question === "TCP" ? this.#connect(from, to, answered) : undefined;
    if (question === "ping")
      this.#hosts.get(from)!.ping(this.#known(from, to).address, (one) => "seconds" in one && answered(), {
        seconds: SETTLED,
      });
    this.wait(SETTLED);
    this.#answers.delete(from);
    if (ended === undefined) connection?.abort();
    // A gateway answers echoes to its own address: that is not the guest behind it.
    const isHeard = this.#heard(to, question) > heard;
    return ended !== undefined && isHeard ? ended - began : undefined;
  }

  /** Seconds go by. */
  wait(seconds: number): void {
    this.#clock.pass(Math.ceil(seconds * hertz));
  }

  reset(): void {
    Object.assign(this.counts, { handled: 0, copied: 0, strayed: 0, cycles: 0 });
  }

  #heard(station: Station, question: Question): number {
    const host = this.#hosts.get(station)!;
    if (question === "UDP") return station.received.length;
    return question === "TCP" ? host.tcp.accepted : host.echoed;
  }

  #known(from: Station, to: Station): { address: Ip; port: number } {
    const near = this.#options.way === "bridged" || from.host === to.host;
    return near ? { address: to.address, port: PORT } : { address: to.seenAs, port: to.seenPort };
  }

  #ask(from: Station, to: Station, wants: 0 | 1): void {
    const { address, port } = this.#known(from, to);
    this.#hosts.get(from)!.sendTo(address, port, PORT, new Uint8Array(this.#options.size).fill(wants));
  }

  #connect(from: Station, to: Station, answered: () => void) {
    const { address, port } = this.#known(from, to);
    const connection = this.#hosts.get(from)!.tcp.connect(address, port);
    connection.onOpen = () => {
      answered();
      connection.finish();
    };
    return connection;
  }

  #count(
    ledger: IoLedger,
    ...[event, detail, times]: [Parameters<IoLedger["pay"]>[0], number?, number?]
  ): void {
    if (event !== "packet" && event !== "copyLine") return;
    this.counts[event === "packet" ? "handled" : "copied"] += times ?? 1;
    if (ledger !== FREE) this.counts.cycles += IO_WORK[event] * (times ?? 1);
    ledger.pay(event, detail, times);
  }

  #switch(ledger: IoLedger): VirtualSwitch {
    const now = () => this.#clock.now / hertz;
    const bridge = new VirtualSwitch({ policy: this.#options.policy, ledger, now });
    this.#bridges.push(bridge);
    return bridge;
  }

  #lan(): Segment {
    const { latency, bandwidth } = this.#options;
    return this.#segment(this.#switch(this.#counted), 0, { latency, bandwidth });
  }

  #inside(router: Ip): Segment {
    return this.#segment(this.#switch(this.#paid), router, {});
  }

  #segment(bridge: VirtualSwitch, router: Ip, cable: { latency?: number; bandwidth?: number }): Segment {
    const plug = () => {
      const { ends } = link({ clock: this.#clock, hertz, ...cable });
      bridge.plug(ends[0]);
      return ends[1];
    };
    return { bridge, plug, router };
  }

  #host(host: number, lan: Segment): Station[] {
    const { way, guests } = this.#options;
    const outside = ip(`198.51.100.${host}`);
    const addressOf = (at: number) =>
      way === "bridged" ? ip(`198.51.100.${host * 50 + at}`) : ip(`10.0.${host}.${2 + at}`);
    const numbers = Array.from({ length: guests }, (_, at) => at);
    const inside = this.#inside(way === "bridged" ? 0 : ip(`10.0.${host}.1`));
    if (way === "bridged") inside.bridge.plug(lan.plug());
    else {
      const forwards = (["udp", "tcp"] as const).flatMap((protocol) =>
        numbers.map((at) => ({ protocol, outside: PORT + at, to: { address: addressOf(at), port: PORT } })),
      );
      this.#translate(outside, inside, lan, way === "NAT" ? [] : forwards);
    }
    return numbers.map((at) => {
      const seen = way === "bridged" ? {} : { seenAs: outside, seenPort: PORT + at };
      return this.#station(
        { name: `guest ${host}.${at + 1}`, host, address: addressOf(at), ...seen },
        inside,
      );
    });
  }

  #station(
    {
      name,
      host,
      address,
      seenAs = address,
      seenPort = PORT,
    }: Pick<Station, "name" | "host" | "address"> & Partial<Station>,
    { plug, router }: Segment,
  ): Station {
    const received: { address: Ip; port: number }[] = [];
    const station: Station = { name, host, address, seenAs, seenPort, received };
    const stack = new Host({
      port: plug(),
      mac: this.#mac(),
      alarms: this.#alarms(),
      address,
      prefix: PREFIX,
      router,
    });
    stack.nic.onStray = () => {
      this.counts.strayed++;
    };
    stack.bind(PORT, ({ from, port, data }) => {
      // 2 is an answer, 1 a question that wants one.
      if (data[0] === 2) {
        this.#answers.get(station)?.();
        return;
      }
      received.push({ address: from, port });
      if (data[0] === 1) stack.sendTo(from, port, PORT, new Uint8Array(data.length).fill(2));
    });
    stack.tcp.listen(PORT, (connection) => {
      connection.onFinish = () => connection.finish();
    });
    this.#hosts.set(station, stack);
    return station;
  }

  #translate(outside: Ip, inside: Segment, lan: Segment, forwards: readonly Forward[]): void {
    const network = { address: inside.router, prefix: PREFIX };
    const nat = new Nat({
      ...{ outside, inside: network, forwards },
      ...{ policy: this.#options.policy, ledger: this.#paid },
    });
    this.#nats.push(nat);
    const side = (segment: Segment, address: Ip) => ({
      ...{ port: segment.plug(), mac: this.#mac(), address, prefix: PREFIX },
    });
    new Gateway({
      ...{ nat, alarms: this.#alarms() },
      ...{ inside: side(inside, inside.router), outside: side(lan, outside) },
    });
  }

  #alarms(): Alarms {
    return new Alarms(this.#clock, hertz);
  }

  #mac(): Mac {
    return ++this.#macs;
  }
}
