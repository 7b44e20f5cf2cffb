/** What lab 13 measures: packets of a device behind the remapping unit, with the component's tables and flushes. */
import type { MonitorPrices } from "../../src/machine/cost.ts";
import { HASWELL } from "../../src/machine/profiles/haswell.ts";
import { KVM } from "../../src/machine/profiles/monitors/kvm.ts";
import { type DmaPlan, DmaStream, ownDomain, type Protection } from "../../src/systems/io/index.ts";
import type { DmaProtection, Message } from "./component.ts";

const PACKETS = 2000;
/** Cycles for a packet besides: what the rest of the driver and the network stack take. */
const REST = 3500;

const priced = (iotlbFlush: number): MonitorPrices => ({ ...KVM, work: { ...KVM.work, iotlbFlush } });
/** A unit that forgets in 50 cycles, … */
export const CHEAP = priced(50);
/** … and one that is emulated: each flush is an exit to a process and back. */
export const EMULATED = priced(20_000);

const PLAN: DmaPlan = {
  ...{ policy: { kind: "strict" }, buffers: 64, bytes: 1500, iotlb: 64, gap: REST },
  ...{ profile: HASWELL, prices: KVM },
};

function measure(plan: DmaPlan) {
  const stream = new DmaStream(plan);
  // Once to fill what is empty.
  stream.run(PACKETS);
  const { processor, hits, translations, flushes, lost } = stream.run(PACKETS);
  const late = new DmaStream(plan).run(PACKETS, true).late;
  return {
    cycles: Math.round(processor / PACKETS),
    ...{ flushes, lost },
    hits: Math.round((1000 * hits) / translations) / 10,
    late: Math.round((1000 * late) / PACKETS) / 10,
  };
}

/** For each limit: cycles of the processor for a packet, flushes, packets lost, per cent of translations found, per cent of buffers still reached. */
export function dmaRows(component: DmaProtection, limits: readonly number[], prices: MonitorPrices = KVM) {
  return limits.map((limit) => ({
    limit,
    ...measure({ ...PLAN, prices, domain: ownDomain(component, limit) }),
  }));
}

/** Opens the lab: three ways, as packets that a processor gets through in a second. */
export function openingRows() {
  const WAYS: Readonly<Record<string, Protection>> = {
    "nothing is taken back": { kind: "persistent" },
    "way A": { kind: "strict" },
    "way B": { kind: "deferred", count: 250, cycles: Number.POSITIVE_INFINITY },
  };
  return Object.entries(WAYS).map(([way, policy]) => ({
    way,
    packets: Math.round(HASWELL.hertz / (REST + measure({ ...PLAN, policy }).cycles) / 1000),
  }));
}

/** Messages of a device, 1:3.0, that belongs to a guest: one is its own, others are not. */
export function attackRows(component: DmaProtection) {
  const own = 256 + 8 * 3;
  const disk = 256 + 8 * 5;
  const entries = [
    { present: true, requester: own, anyFunction: false, vector: 50 },
    { present: true, requester: disk, anyFunction: false, vector: 51 },
    { present: true, requester: own, anyFunction: true, vector: 52 },
  ];
  const send = (what: string, value: number, rest: Partial<Message> = {}) => {
    const message: Message = { requester: own, remappable: true, value, ...rest };
    return { what, raised: component.interrupt(message, entries, false) };
  };
  return [
    send("its own entry", 0),
    send("the disk's entry", 1),
    send("a vector in the old format: 128, the host's system calls", 128, { remappable: false }),
    send("its own entry, by its other function", 0, { requester: own + 1 }),
    send("the entry of both, by its other function", 2, { requester: own + 1 }),
  ];
}
