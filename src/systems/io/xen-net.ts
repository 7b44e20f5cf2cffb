/**
 * A stream of TCP from a guest to a network, or back, and its acknowledgments the other way: what each step costs the one processor.
 *
 *     native          socket, TCP, driver ──▶ card
 *     hypervisor      socket, TCP, netfront ──ring──▶ router, driver ──▶ card             Xen 1: the back end is part of the hypervisor
 *     driver domain   socket, TCP, netfront ──ring──▶ netback, bridge, driver ──▶ card    Xen 2 and later: it is a domain's
 *
 * A frame is paid for as "packet" once on each way: for all between the ring and the card. Segments are whole frames with right lengths; there is
 * no loss, and the window never closes.
 */
import type { CostProfile, MonitorPrices } from "../../machine/cost.ts";
import { cable, type NetworkPort } from "../../machine/devices/network.ts";
import { XEN } from "../../machine/profiles/monitors/xen.ts";
import { XEN_1_NETWORK, XEN_3_NETWORK } from "../../machine/profiles/monitors/xen-network.ts";
import { EVENT, type EventName } from "../../machine/trace.ts";
import { lines } from "../../virt/io/backend.ts";
import { put16 } from "../../virt/io/net/bytes.ts";
import { buildFrame, ETHERTYPE } from "../../virt/io/net/frame.ts";
import { buildIpv4, PROTOCOL } from "../../virt/io/net/ipv4.ts";
import { NetBack } from "../../virt/io/xen/net/netback.ts";
import { NetFront } from "../../virt/io/xen/net/netfront.ts";
import type { Offload, OffloadPort } from "../../virt/io/xen/net/offload.ts";
import { SplitWorld } from "./split-world.ts";

export const XEN_NET_PATHS = ["native", "hypervisor", "driver domain"] as const;
export type XenNetPath = (typeof XEN_NET_PATHS)[number];

export interface XenNetPlan {
  readonly path: XenNetPath;
  readonly direction: "transmit" | "receive";
  /** Bytes of an IP packet. */
  readonly mtu: number;
  /** Segmentation and checksums left to the card, frames of several pages on the ring. Otherwise the guest sums while it copies. */
  readonly offload: boolean;
  /** How the back end reaches what is sent, and gives what has come. */
  readonly send: "map" | "copy";
  readonly receive: "flip" | "copy";
  /** Frames that the guest sends at once, and that the card gathers for an interrupt; at most 32. */
  readonly batch: number;
  readonly profile: CostProfile;
}

export interface XenNetCost {
  /** Bytes of data that came through. */
  readonly bytes: number;
  /** Segments on the cable, acknowledgments apart; and those. */
  readonly segments: number;
  readonly acknowledgments: number;
  readonly cycles: number;
  count(event: EventName): number;
}

/** IPv4 and TCP with timestamps. */
const HEADERS = 52;
const LARGEST_PACKET = 0xffff - 14;
/** RFC 1122, section 4.2.3.2: an acknowledgment for every second full-sized segment. */
const ACKNOWLEDGED = 2;
const PAGES = 600;
const LINE = 11;
/** Frames of sixteen pages that fit into the ring. */
const MOST_LARGE = 8;

const pricesOf: Record<XenNetPath, MonitorPrices> = {
  native: XEN,
  hypervisor: XEN_1_NETWORK,
  "driver domain": XEN_3_NETWORK,
};

/** An IP packet of so many bytes in its frame. */
function frameOf(packet: number): Uint8Array {
  const payload = new Uint8Array(packet - 20);
  payload[12] = 8 << 4;
  put16(payload, 14, 0xffff);
  const ends = { source: 0x0a000001, destination: 0x0a000002 };
  const ip = buildIpv4({ ...ends, protocol: PROTOCOL.tcp, payload });
  return buildFrame({ destination: 2, source: 1, type: ETHERTYPE.ipv4, payload: ip });
}

export class XenNetStream {
  readonly #plan: XenNetPlan;
  readonly #world: SplitWorld;
  readonly #data: number;
  /** What the guest's stack hands down, and what comes up to it. */
  #down: (frame: Uint8Array, offload: Offload) => void = () => {};
  /** Frames that the card has on its way up. */
  #arriving: Uint8Array[] = [];
  #interrupt: () => void = () => {};
  #received = 0;
  #sent = 0;
  #acknowledgments = 0;
  /** Segments on the cable that are not acknowledged. */
  #owed = 0;

  constructor(plan: XenNetPlan) {
    this.#plan = plan;
    this.#data = plan.mtu - HEADERS;
    const { path, profile } = plan;
    const inside = path === "hypervisor" ? { inside: 0 } : {};
    this.#world = new SplitWorld({ profile, prices: pricesOf[path], pages: PAGES, ...inside });
    if (path === "native") this.#native();
    else this.#split();
    this.#world.run();
  }

  /** So many segments' worth of data. */
  run(segments: number): XenNetCost {
    const { clock, trace } = this.#world;
    const before = { now: clock.now, counts: trace.counts.slice() };
    [this.#sent, this.#received, this.#acknowledgments] = [0, 0, 0];
    const { direction } = this.#plan;
    const through = () => (direction === "transmit" ? this.#sent : this.#received);
    while (through() < segments) {
      const had = through();
      if (direction === "transmit") this.#transmitTurn(segments - had);
      else this.#cardReceives(Math.min(this.#plan.batch, segments - had), frameOf(this.#plan.mtu));
      if (through() === had) throw new Error("invariant: nothing of a turn came through");
    }
    const count = (event: EventName) =>
      (trace.counts[EVENT[event]] as number) - (before.counts[EVENT[event]] as number);
    const cycles = clock.now - before.now;
    const acknowledgments = this.#acknowledgments;
    return { bytes: through() * this.#data, segments: through(), acknowledgments, cycles, count };
  }

  /** The guest writes to its socket; then the other side's acknowledgments come. */
  #transmitTurn(left: number): void {
    const { batch, offload } = this.#plan;
    const most = offload ? Math.floor((LARGEST_PACKET - HEADERS) / this.#data) : 1;
    let asked = 0;
    for (let n = 0; n < (offload ? Math.min(batch, MOST_LARGE) : batch) && asked < left; n++) {
      const segments = Math.min(most, left - asked);
      const bytes = segments * this.#data;
      this.#world.ledger.pay("stackOut");
      this.#world.ledger.pay("copyLine", 0, lines(bytes));
      this.#down(frameOf(HEADERS + bytes), { checksum: offload, segment: offload ? this.#data : 0 });
      asked += segments;
    }
    this.#world.run();
    this.#owed += asked;
    for (let due = Math.floor(this.#owed / ACKNOWLEDGED); due > 0; due -= batch)
      this.#cardReceives(Math.min(batch, due), frameOf(HEADERS));
    this.#owed %= ACKNOWLEDGED;
  }

  /** Frames that come before the processor looks: one interrupt. */
  #cardReceives(count: number, frame: Uint8Array): void {
    for (let n = 0; n < count; n++) this.#arriving.push(frame);
    this.#interrupt();
    this.#world.run();
  }

  /** A frame has come up to the guest's stack: data for its socket, or an acknowledgment. */
  #up(frame: Uint8Array): void {
    const { ledger } = this.#world;
    ledger.pay("stackIn");
    if (this.#plan.direction === "transmit") {
      this.#acknowledgments++;
      return;
    }
    ledger.pay("copyLine", 0, lines(this.#data));
    this.#received += frame.length > HEADERS + 14 ? 1 : 0;
    if (this.#received % ACKNOWLEDGED !== 0) return;
    ledger.pay("stackOut");
    this.#down(frameOf(HEADERS), { checksum: this.#plan.offload, segment: 0 });
  }

  /** The card has put a frame on the cable, or the segments of a large one. */
  #out(frame: Uint8Array): void {
    if (this.#plan.direction === "receive") this.#acknowledgments++;
    else this.#sent += Math.round((frame.length - 14 - HEADERS) / this.#data);
  }

  #native(): void {
    this.#down = (frame) => this.#out(frame);
    this.#interrupt = () => {
      for (const frame of this.#arriving.splice(0)) this.#up(frame);
    };
  }

  #split(): void {
    const { path, offload, send, receive, batch } = this.#plan;
    const world = this.#world;
    const { ledger } = world;
    const [dom0, domU] = [world.kernel(0), world.kernel(1)];
    const front = new NetFront(domU, 0, { ledger, receive, posted: 2 * batch });
    const card: OffloadPort | NetworkPort = offload ? this.#card() : this.#plainCard();
    const back = NetBack.connect({ kernel: dom0, network: card, ledger, transmit: send }, front.offer);
    if (back === undefined) throw new Error("invariant: the back end does not take its front end's rings");
    front.features = { checksum: offload, sg: offload, gso: offload };
    front.onFrame = (frame) => this.#up(frame);
    this.#down = (frame, asked) => front.transmit(frame, asked);
    const driver = () => {
      for (const frame of this.#arriving.splice(0)) card.onFrame(frame);
    };
    const inHypervisor = path === "hypervisor";
    if (!inHypervisor) dom0.listen(dom0.calls.bindPirq(LINE), driver);
    this.#interrupt = () => {
      world.takeInterrupt(LINE);
      if (inHypervisor) dom0.later(driver);
      else world.interrupt(0, LINE);
    };
  }

  #card(): OffloadPort {
    return { offloads: true, transmit: (frame) => this.#out(frame), onFrame: () => {} };
  }

  #plainCard(): NetworkPort {
    const [own, other] = cable();
    own.onFrame = (frame) => this.#out(frame);
    return other;
  }
}
