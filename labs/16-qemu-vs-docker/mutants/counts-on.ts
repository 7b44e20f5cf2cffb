/**
 * Wrong: counts repetitions on from the warm-ups.
 * Breaks clause: C2
 * Caught by: plan: a warm-up before all that is measured
 * Caught by hidden: plan: warm-ups first
 */
import { dice, quantile, tail } from "ringlab/labs/16-qemu-vs-docker/chance";
import type {
  Cell,
  Comparison,
  Design,
  Drawing,
  Effect,
  Host,
  Line,
  Measure,
  Mistake,
  Place,
  Reason,
  Step,
  Summary,
  Suspicion,
} from "ringlab/labs/16-qemu-vs-docker/component";

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;

function plan(places: readonly Place[], { warmups, repetitions, seed }: Design): Step[] {
  const roll = dice(seed);
  const steps: Step[] = [];
  for (let round = 0; round < warmups + repetitions; round++) {
    const order = [...places];
    for (let last = order.length - 1; last > 0; last--) {
      const other = roll(last + 1);
      [order[last], order[other]] = [order[other]!, order[last]!];
    }
    const warmup = round < warmups;
    const index = round;
    steps.push(...order.map((place) => ({ ...place, warmup, index })));
  }
  return steps;
}

function summarize(lines: readonly Line[], measure: Measure): Summary | null {
  const latest = new Map<number, Line>();
  for (const line of lines) if (!line.warmup) latest.set(line.index, line);
  const done = [...latest.values()].filter(({ outcome }) => outcome === "done");
  const values = done.map(({ metrics }) => metrics[measure]).filter((value) => value !== undefined);
  if (values.length === 0 || values.length < done.length) return null;
  const average = mean(values);
  const squares = sum(values.map((value) => (value - average) ** 2));
  return {
    count: values.length,
    mean: average,
    min: Math.min(...values),
    max: Math.max(...values),
    std: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : null,
  };
}

function effect(
  above: readonly number[],
  below: readonly number[],
  { resamples, seed }: Drawing,
): Effect | null {
  const least = Math.min(above.length, below.length);
  if (least < 2) return null;
  const roll = dice(seed);
  const again = (values: readonly number[]) => values.map(() => values[roll(values.length)]!);
  const ratios = Array.from({ length: resamples }, () => mean(again(above)) / mean(again(below)));
  const low = quantile(ratios, tail(least));
  const high = quantile(ratios, 1 - tail(least));
  const verdict = low > 1 ? "more" : high < 1 ? "fewer" : "no difference detected";
  return { ratio: mean(above) / mean(below), low, high, verdict };
}

const doneOf = ({ repetitions }: Cell): Line[] => repetitions.filter(({ outcome }) => outcome === "done");

function isImplausible({ metrics }: Line): boolean {
  const { latency, seconds, totalEvents, eventsPerSecond } = metrics;
  if (totalEvents === 0) return true;
  if (latency && (latency.avg < latency.min || latency.avg > latency.max)) return true;
  if (seconds === undefined) return false;
  if (latency && latency.max > (seconds + 30) * 1000) return true;
  if (totalEvents === undefined || eventsPerSecond === undefined) return false;
  const rate = totalEvents / seconds;
  return rate > eventsPerSecond * 1.05 || eventsPerSecond > rate * 1.05;
}

const dropFailed = ({ pageCache }: Line): boolean => pageCache === "drop failed";

function refuse(other: Cell, base: Cell): Reason[] {
  const reasons = new Set<Reason>();
  const both = [other, base];
  const differ = (of: (cell: Cell) => unknown): boolean => {
    const text = (cell: Cell) => JSON.stringify(Object.entries(Object(of(cell))).sort());
    return text(other) !== text(base);
  };
  const version = base.target.sysbench;
  if (version === undefined || other.target.sysbench !== version) reasons.add("versions");
  if (differ((cell) => cell.case.workload)) reasons.add("workload");
  const given = ({ scenario: { resources } }: Cell) => [resources.processors, resources.memory];
  if (differ(given)) reasons.add("resources");
  if (differ((cell) => [cell.scenario.seconds])) reasons.add("duration");
  if (differ((cell) => [cell.scenario.pageCache])) reasons.add("page cache");
  for (const cell of both) {
    const done = doneOf(cell);
    if (cell.case.workload.kind === "fileio" && done.some(dropFailed)) reasons.add("page cache");
    if (done.length < cell.planned) reasons.add("missing");
    else if (done.length < 2) reasons.add("single");
    if (done.some(isImplausible)) reasons.add("implausible");
  }
  return [...reasons];
}

function measureOf({ case: { workload } }: Cell): Measure {
  if (workload.kind === "cpu") return "eventsPerCpuSecond";
  if (workload.kind !== "fileio") return "memoryMiBs";
  return ["seqrd", "rndrd", "rndrw"].includes(workload.mode) ? "readMiBs" : "writeMiBs";
}

const valuesOf = (cell: Cell): number[] => doneOf(cell).map(({ metrics }) => metrics[measureOf(cell)] ?? 0);
const rateOf = (cell: Cell): number => mean(valuesOf(cell));

function isIndependent(cell: Cell, cells: readonly Cell[]): boolean {
  const alike = cells.flatMap((one) =>
    one.target.name === cell.target.name &&
    one.scenario.name === cell.scenario.name &&
    one.case.workload.kind === "cpu" &&
    one.case.workload.threads === cell.case.workload.threads
      ? [{ limit: one.case.workload.maxPrime, rate: rateOf(one) }]
      : [],
  );
  if (cell.case.workload.kind !== "cpu") return false;
  const limits = alike.map(({ limit }) => limit);
  const rates = alike.map(({ rate }) => rate);
  return Math.max(...limits) >= 1.5 * Math.min(...limits) && Math.max(...rates) < 1.1 * Math.min(...rates);
}

function isEmulated(cell: Cell, cells: readonly Cell[]): boolean {
  if (cell.target.kind !== "virtual machine" || cell.case.workload.kind !== "cpu") return false;
  const host = cells.find(
    (one) =>
      one.target.kind === "host" &&
      one.scenario.name === cell.scenario.name &&
      one.case.name === cell.case.name,
  );
  return host !== undefined && rateOf(cell) < 0.6 * rateOf(host);
}

const isContended = (cell: Cell, { processors }: Host): boolean =>
  doneOf(cell).some(({ load, pressure }) => load.before > processors + 0.5 || (pressure?.cpu ?? 0) > 20);

function isCached(cell: Cell, cells: readonly Cell[], host: Host): boolean {
  const { workload } = cell.case;
  const { resources, pageCache } = cell.scenario;
  if (workload.kind !== "fileio") return false;
  const memory = cell.target.kind === "host" ? host.memory : resources.memory;
  const fits = workload.flags !== "direct" && pageCache === "warm" && workload.totalSize < 2 * memory;
  const faster = cells.some(
    (one) =>
      one.target.name === cell.target.name &&
      one.scenario.resources.processors === resources.processors &&
      one.scenario.resources.memory < resources.memory &&
      JSON.stringify(one.case.workload) === JSON.stringify(workload) &&
      rateOf(cell) > 2 * rateOf(one),
  );
  return fits || faster;
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function hasOutlier(cell: Cell): boolean {
  const values = valuesOf(cell);
  if (values.length < 3) return false;
  const far = values.filter((value, at) => {
    const usual = median(values.filter((_, other) => other !== at));
    return Math.abs(value - usual) > 0.3 * usual;
  });
  return far.length === 1;
}

function suspect(cells: readonly Cell[], host: Host): Suspicion[] {
  const ran = cells.filter((cell) => doneOf(cell).length > 0);
  return ran.flatMap((cell) => {
    const found: Mistake[] = [];
    if (isIndependent(cell, ran)) found.push("independent");
    if (isEmulated(cell, ran)) found.push("emulated");
    if (isContended(cell, host)) found.push("contended");
    if (isCached(cell, ran, host)) found.push("cached");
    if (hasOutlier(cell)) found.push("outlier");
    const place = { target: cell.target.name, scenario: cell.scenario.name, case: cell.case.name };
    return found.map((mistake) => ({ ...place, mistake }));
  });
}

export const component: Comparison = { plan, summarize, effect, refuse, suspect };
