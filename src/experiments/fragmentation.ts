/** Memory in pieces: tenants come and go, and what they leave is free but of no use, between them or inside of what they were given. */
import { makePlacement, PLACEMENTS, Tenants, type Usage } from "../systems/tenants.ts";
import { defineExperiment } from "./experiment.ts";

const KIB = 1024;
/** Rows of a run, but for the first. */
const SAMPLES = 30;

export const fragmentation = defineExperiment({
  name: "fragmentation",
  title: "Memory in pieces",
  question:
    "How much of a host's memory do its tenants get, placed in one piece or in pages, as they come and go?",
  seed: 1969,
  parameters: {
    placement: {
      default: PLACEMENTS,
      oneOf: PLACEMENTS,
      unit: "",
      doc: "which hole a tenant gets, first fit with compaction, or pages",
    },
    departures: {
      default: 600,
      min: 20,
      max: 100_000,
      integer: true,
      unit: "tenants",
      doc: "how many leave; the next in line follow",
    },
    memory: { default: 8192, min: 64, max: 1 << 20, integer: true, unit: "KiB", doc: "of the host" },
    least: { default: 4, min: 1, max: 1 << 20, integer: true, unit: "KiB", doc: "the smallest tenant" },
    most: { default: 512, min: 1, max: 1 << 20, integer: true, unit: "KiB", doc: "the largest tenant" },
    page: { default: 4, oneOf: [1, 2, 4, 16, 64], unit: "KiB", doc: "size of a page" },
  },
  columns: {
    time: { label: "time", unit: "departures" },
    used: { label: "used by tenants", unit: "fraction of memory" },
    between: { label: "free, but in pieces", unit: "fraction of memory" },
    inside: { label: "given, but not asked for", unit: "fraction of memory" },
    tenants: { label: "tenants", unit: "" },
    holes: { label: "holes", unit: "" },
    moved: { label: "copied to make room", unit: "MiB" },
  },
  run({ placement, departures, memory, least, most, page }, seed) {
    // Memory in whole pages, and every tenant must fit.
    const bytes = Math.ceil(memory / page) * page * KIB;
    const largest = Math.min(Math.max(most, least) * KIB, bytes);
    const sizes = { least: Math.min(least * KIB, largest), most: largest };
    const tenants = new Tenants(makePlacement(placement, new Uint8Array(bytes), page * KIB), sizes, seed);
    return fragmentationOf(tenants, departures);
  },
});

/** What becomes of a host's memory while so many tenants leave. */
export function fragmentationOf(host: Tenants, departures: number) {
  const rows = [summary(0, [host.placement.usage], [host.count])];
  const every = Math.max(1, Math.floor(departures / SAMPLES));
  for (let time = every; time <= departures; time += every) {
    const usages: Usage[] = [];
    const counts: number[] = [];
    for (let step = 0; step < every; step++) {
      host.step();
      usages.push(host.placement.usage);
      counts.push(host.count);
    }
    rows.push(summary(time, usages, counts));
  }
  return rows;
}

/** Means since the row before; what was copied is a sum from the beginning. */
function summary(time: number, usages: readonly Usage[], counts: readonly number[]) {
  const mean = (of: (usage: Usage) => number) =>
    usages.reduce((sum, usage) => sum + of(usage), 0) / usages.length;
  return {
    time,
    used: mean(({ asked, memory }) => asked / memory),
    between: mean(({ memory, taken, largest }) => (memory - taken - largest) / memory),
    inside: mean(({ taken, asked, memory }) => (taken - asked) / memory),
    tenants: counts.reduce((sum, count) => sum + count, 0) / counts.length,
    holes: mean(({ holes }) => holes),
    moved: (usages.at(-1) as Usage).moved / (KIB * KIB),
  };
}
