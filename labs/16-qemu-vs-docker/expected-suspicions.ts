/** Which cells are to be suspected, as naively as it can be said; with a slip: what somebody says who misread a clause. */
import type { Cell, Line, Mistake } from "./component.ts";
import type { Judged } from "./scenarios.ts";
import { placeText } from "./words.ts";

export const SUSPICION_SLIPS = [
  "near limits are far",
  "over all scenarios",
  "any two alike",
  "emulators are emulated",
  "any case of the host",
  "containers are emulated",
  "the average load",
  "pressure does not matter",
  "dropped is warm",
  "direct is cached",
  "the target's memory for the host",
  "once the memory",
  "more memory is no matter",
  "jumps of other targets",
  "only the first one",
  "many are outliers",
  "two are enough",
  "around the mean of all",
  "what failed counts",
  "what failed has shared",
] as const;
export type SuspicionSlip = (typeof SUSPICION_SLIPS)[number];

interface Facts {
  readonly cell: Cell;
  readonly done: readonly Line[];
  readonly values: readonly number[];
  readonly rate: number;
}

const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

const KEYS = { seqrd: "readMiBs", rndrd: "readMiBs", rndrw: "readMiBs" } as Record<string, "readMiBs">;

function factsOf(cell: Cell, slip?: SuspicionSlip): Facts {
  const { workload } = cell.case;
  const key =
    workload.kind === "cpu"
      ? "eventsPerCpuSecond"
      : workload.kind === "fileio"
        ? (KEYS[workload.mode] ?? "writeMiBs")
        : "memoryMiBs";
  const isDone = ({ outcome }: Line) => outcome === "done";
  const done = cell.repetitions.filter((one) => isDone(one) || slip === "what failed has shared");
  const counted = cell.repetitions.filter((one) => isDone(one) || slip === "what failed counts");
  const values = counted.map(({ metrics }) => metrics[key] ?? 0);
  return { cell, done, values, rate: average(values) };
}

type Rule = (facts: Facts, all: readonly Facts[], judged: Judged, slip?: SuspicionSlip) => boolean;

const RULES: Record<Mistake, Rule> = {
  independent({ cell }, all, _, slip) {
    const { workload } = cell.case;
    if (workload.kind !== "cpu") return false;
    const alike = all.flatMap(({ cell: one, rate }) => {
      const work = one.case.workload;
      const place = slip === "over all scenarios" || one.scenario.name === cell.scenario.name;
      const same = place && one.target.name === cell.target.name;
      return same && work.kind === "cpu" && work.threads === workload.threads
        ? [{ limit: work.maxPrime, rate }]
        : [];
    });
    const far = slip === "near limits are far" ? 1.01 : 1.5;
    const isFar = alike.some((a) => alike.some((b) => a.limit / b.limit >= far));
    const close = (a: { rate: number }, b: { rate: number }) =>
      Math.max(a.rate / b.rate, b.rate / a.rate) < 1.1;
    const pairs = alike.flatMap((a, at) => alike.slice(at + 1).map((b) => close(a, b)));
    return isFar && (slip === "any two alike" ? pairs.includes(true) : !pairs.includes(false));
  },
  emulated({ cell, rate }, all, _, slip) {
    const { kind } = cell.target;
    const suspicious =
      kind === "virtual machine" ||
      (kind === "emulator" && slip === "emulators are emulated") ||
      (kind === "container" && slip === "containers are emulated");
    const host = all.find(
      ({ cell: one }) =>
        one.target.kind === "host" &&
        one.case.workload.kind === "cpu" &&
        (slip === "any case of the host" ||
          (one.scenario.name === cell.scenario.name && one.case.name === cell.case.name)),
    );
    return suspicious && cell.case.workload.kind === "cpu" && host !== undefined && rate / host.rate < 0.6;
  },
  contended({ done }, _, { host }, slip) {
    const loads = done.map(({ load }) => load.before);
    const load = slip === "the average load" ? average(loads) : loads.toSorted((a, b) => b - a)[0]!;
    const waits = done.map(({ pressure }) => pressure?.cpu ?? 0).toSorted((a, b) => b - a)[0]!;
    return load - host.processors > 0.5 || (waits > 20 && slip !== "pressure does not matter");
  },
  cached({ cell, rate }, all, { host }, slip) {
    const { workload } = cell.case;
    if (workload.kind !== "fileio") return false;
    const own = cell.scenario.resources;
    const isHost = cell.target.kind === "host" && slip !== "the target's memory for the host";
    const memory = (isHost ? host.memory : own.memory) * (slip === "once the memory" ? 1 : 2);
    const warm = cell.scenario.pageCache === "warm" || slip === "dropped is warm";
    const through = workload.flags !== "direct" || slip === "direct is cached";
    const text = JSON.stringify(workload);
    const slower = all.some(({ cell: one, rate: theirs }) => {
      const { processors, memory: less } = one.scenario.resources;
      const there = one.target.name === cell.target.name || slip === "jumps of other targets";
      const work = JSON.stringify(one.case.workload) === text && processors === own.processors;
      return there && work && less < own.memory && rate / theirs > 2;
    });
    return (
      (warm && through && workload.totalSize < memory) || (slower && slip !== "more memory is no matter")
    );
  },
  outlier({ values }, _all, _judged, slip) {
    if (values.length < (slip === "two are enough" ? 2 : 3)) return false;
    const far = values.map((value, at) => {
      const others = values.filter((_, other) => other !== at).sort((a, b) => a - b);
      const half = (others.length - 1) / 2;
      const usual =
        slip === "around the mean of all"
          ? average(values)
          : (others[Math.floor(half)]! + others[Math.ceil(half)]!) / 2;
      return Math.abs(value / usual - 1) > 0.3;
    });
    const count = far.filter(Boolean).length;
    if (slip === "only the first one") return far[0]! && count === 1;
    return slip === "many are outliers" ? count > 0 : count === 1;
  },
};

/** The lines that the scenario `suspicions` shows. */
export function expectedSuspicions(judged: Judged, slip?: SuspicionSlip): string[] {
  const all = judged.cells.map((cell) => factsOf(cell, slip)).filter(({ done }) => done.length > 0);
  return all
    .flatMap((facts) => {
      const { target, scenario, case: one } = facts.cell;
      const place = placeText({ target: target.name, scenario: scenario.name, case: one.name });
      return (Object.keys(RULES) as Mistake[])
        .filter((mistake) => RULES[mistake](facts, all, judged, slip))
        .map((mistake) => `${place}: ${mistake}`);
    })
    .sort();
}
