/** What lab 09 measures on the simulated PC: real guests under shadow and under nested paging. */
import { buildGuest } from "../../src/guests/index.ts";
import type { CostProfile } from "../../src/machine/cost.ts";
import type { Mark } from "../../src/machine/devices/marker-port.ts";
import type { MachineOptions } from "../../src/machine/machine.ts";
import { NEHALEM } from "../../src/machine/profiles/vt-generations.ts";
import { findSystem, kvmVm } from "../../src/systems/index.ts";

const LIMIT = 1_000_000_000;
const MEGABYTES = 48;
/** Pages of the pointer chase: eight times what the TLB of this processor holds. */
const PAGES = 8192;

/** The first processor with EPT, which then was the first to choose. */
export const PROCESSOR = NEHALEM;

/** The same without the caches that let a walk begin in the middle. */
export function withoutWalkCaches(): CostProfile {
  const {
    structureCaches: _structure,
    nestedStructureCaches: _nested,
    nestedTlb: _tlb,
    ...others
  } = PROCESSOR;
  return others;
}

/** What students know as what. */
export const WAYS = {
  bare: "bare machine",
  shadow: "shadow paging",
  small: "EPT, 4-KiB pages",
  large: "EPT, 2-MiB pages",
} as const;
export type Way = keyof typeof WAYS;

function machineOf(way: Way, options: MachineOptions) {
  if (way === "shadow") return kvmVm(options).machine;
  if (way !== "bare") return kvmVm({ ...options, paging: "ept", largest: way === "small" ? 12 : 21 }).machine;
  const native = findSystem("native");
  if (native === undefined) throw new Error("invariant: the bare machine has lost its name");
  return native.make(options).machine;
}

interface Work {
  readonly workload: string;
  readonly parameters: Record<string, number>;
}
const fork = (iterations: number): Work => ({ workload: "fork", parameters: { iterations } });
const chase = (steps: number, nodes = PAGES): Work => ({
  workload: "pointer-chase",
  parameters: { nodes, steps },
});

/** The marks at which the work begins and ends. */
function marksOf(way: Way, work: Work, profile: CostProfile): [from: Mark, to: Mark] {
  const { image } = buildGuest({ ...work, timerHz: 0, memory: MEGABYTES });
  const machine = machineOf(way, { profile, memory: MEGABYTES << 20, disks: [image] });
  const stop = machine.run({ limit: LIMIT });
  if (stop.reason !== "exit") throw new Error(`the guest ended with ${stop.reason}`);
  return machine.board.marker.marks as [Mark, Mark];
}

const rounded = (value: number) => Math.round(100 * value) / 100;

/** One operation: cycles, and what the counters say of it. */
function oneOf(way: Way, work: Work, count: number, profile: CostProfile) {
  const [from, to] = marksOf(way, work, profile);
  const each = (event: keyof Mark["counts"]) => rounded((to.counts[event] - from.counts[event]) / count);
  return {
    cycles: rounded((to.cycle - from.cycle) / count),
    exits: each("vmExit"),
    walks: each("walk"),
    references: each("walkReference"),
    nested: each("nestedReference"),
  };
}

const FORKS = 8;
const LOADS = 20_000;

/** A fork, and a load of a random one of 8192 pages. */
export function costRows(profile: CostProfile = PROCESSOR) {
  const operations = [
    ["a fork", fork(FORKS), FORKS],
    ["a load", chase(LOADS), LOADS],
  ] as const;
  return operations.flatMap(([operation, work, count]) => {
    const all = (Object.keys(WAYS) as Way[]).map((way) => ({ way, ...oneOf(way, work, count, profile) }));
    const bare = all[0]?.cycles ?? 0;
    return all.map(({ way, ...counted }) => ({
      ...{ operation, paging: WAYS[way], ...counted },
      times: rounded(counted.cycles / bare),
    }));
  });
}

/**
 * Millions of cycles that a program adds to an empty one: it gets 8192 pages, and loads from them at random. Each load costs the same, so
 * two points make a line.
 */
export function lifeRows(loads = 2_000_000, profile: CostProfile = PROCESSOR) {
  const ways: Way[] = ["shadow", "small", "large"];
  return ways.flatMap((way) => {
    const [empty] = marksOf(way, chase(1, 1), profile);
    const [from, to] = marksOf(way, chase(loads), profile);
    const point = (at: number, { cycle }: Mark) => ({
      ...{ paging: WAYS[way], loads: at / 1e6 },
      cycles: Math.round((cycle - empty.cycle) / 1e4) / 100,
    });
    return [point(0, from), point(loads, to)];
  });
}

/** After how many million loads two lines of lifeRows meet; undefined when they do not, or went apart before. */
export function meeting(rows: ReturnType<typeof lifeRows>, one: Way, other: Way): number | undefined {
  const line = (way: Way) => rows.filter(({ paging }) => paging === WAYS[way]) as [Point, Point];
  const [[a0, a1], [b0, b1]] = [line(one), line(other)];
  const slope = (from: Point, to: Point) => (to.cycles - from.cycles) / (to.loads - from.loads);
  const at = (b0.cycles - a0.cycles) / (slope(a0, a1) - slope(b0, b1));
  return at > 0 && Number.isFinite(at) ? rounded(at) : undefined;
}
type Point = ReturnType<typeof lifeRows>[number];
