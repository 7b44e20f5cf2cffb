/** What lab 05 measures: real guests on real systems of the simulated PC. */
import { buildGuest } from "../../src/guests/index.ts";
import type { Mark } from "../../src/machine/devices/marker-port.ts";
import { findProfile } from "../../src/machine/profiles/index.ts";
import { findSystem } from "../../src/systems/index.ts";

const LIMIT = 400_000_000;

/** What students know as what. */
export const WAYS = { native: "bare machine", vmware: "translated", "vmware-vtx": "VT-x" } as const;
export type Way = keyof typeof WAYS;

export const WORKLOADS = {
  "system call": { workload: "null-call", iterations: 100 },
  fork: { workload: "fork", iterations: 8 },
} as const;
export type Name = keyof typeof WORKLOADS;

export interface Measured {
  /** Cycles of one operation. */
  readonly cycles: number;
  /** Ways out of the guest of one operation, by cause. */
  readonly exits: ReadonlyMap<string, number>;
}

/** One operation under a system; `processor`: the id of a price list. */
export function measureOne(way: Way, name: Name, processor = "pentium4"): Measured {
  const system = findSystem(way);
  const profile = findProfile(processor);
  if (system === undefined || profile === undefined)
    throw new Error(`invariant: no system ${way}, or no ${processor}`);
  const { workload, iterations } = WORKLOADS[name];
  const { image } = buildGuest({
    workload,
    parameters: { iterations },
    timerHz: 0,
    memory: 8,
    ...system.guest,
  });
  const { machine, crossings } = system.boot(image, { profile, memory: 8 << 20 });
  const seen: ReadonlyMap<string, number>[] = [];
  machine.board.marker.onMark = () => seen.push(new Map(crossings));
  const stop = machine.run({ limit: LIMIT });
  if (stop.reason !== "exit") throw new Error(`the guest ended with ${stop.reason}`);
  const [from, to] = machine.board.marker.marks as [Mark, Mark];
  const [before, after] = seen as [ReadonlyMap<string, number>, ReadonlyMap<string, number>];
  const exits = [...after].map(
    ([cause, count]) => [cause, (count - (before.get(cause) ?? 0)) / iterations] as const,
  );
  return {
    cycles: (to.cycle - from.cycle) / iterations,
    exits: new Map(exits.filter(([, count]) => count > 0)),
  };
}

/** Times what it takes on the bare machine. */
export function slowdowns(processor = "pentium4") {
  return (Object.keys(WORKLOADS) as Name[]).flatMap((name) => {
    const bare = measureOne("native", name, processor).cycles;
    return (["vmware", "vmware-vtx"] as const).map((way) => ({
      operation: name,
      monitor: WAYS[way],
      times: Math.round((100 * measureOne(way, name, processor).cycles) / bare) / 100,
    }));
  });
}

/** Exits of one operation under VT-x, by cause. */
export function exitRows(name: Name, processor = "pentium4") {
  return [...measureOne("vmware-vtx", name, processor).exits]
    .sort(([, a], [, b]) => b - a)
    .map(([cause, exits]) => ({ operation: name, cause, exits: Math.round(100 * exits) / 100 }));
}
