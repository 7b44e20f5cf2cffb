/** What src/compare does itself, behind the interface of lab 16. */

import type { Cell, Comparison, Host, Mistake, Reason } from "../../../labs/16-qemu-vs-docker/component.ts";
import {
  CHECKS,
  type Cell as CompareCell,
  compare,
  type Finding,
  inRounds,
  measuresFor,
  type Run,
  type RunFacts,
  ratioInterval,
  summarize,
} from "../../../src/compare/index.ts";

/** compare's check → what the lab calls it. */
const MISTAKES: Readonly<Record<string, Mistake>> = {
  ...{ independent: "independent", emulation: "emulated", contention: "contended" },
  ...{ cache: "cached", spread: "outlier" },
};

/** What compare's sentences hold when it refuses. */
const REASONS: readonly [RegExp, Reason][] = [
  [/versions of sysbench differ|version of sysbench inside/, "versions"],
  [/workloads differ/, "workload"],
  [/resources differ/, "resources"],
  [/durations differ/, "duration"],
  [/page caches differ|cache should have been dropped/, "page cache"],
  [/repetitions are there|never ran/, "missing"],
  [/a single repetition/, "single"],
];

/** A cell as a run's reader makes it: what the lab leaves out is filled with what no check looks at. */
function whole({ target, scenario, case: one, planned, repetitions }: Cell): CompareCell {
  const place = { target: target.name, scenario: scenario.name, case: one.name };
  return {
    target: { ...target, versions: {}, commands: [], probe: { state: "works", seconds: 1, notes: [] } },
    scenario: { ...scenario, about: "", cases: [] },
    ...{ case: one, planned },
    repetitions: repetitions.map((line, position) => ({
      ...{ ...place, ...line, position, started: "", wall: 0, log: "raw/log" },
    })),
  };
}

/** The targets are one object each: checks compare them by identity. */
function runOf(cells: readonly Cell[], host: Host): { run: Run; cells: CompareCell[] } {
  const targets = new Map(cells.map((cell) => [cell.target.name, whole(cell).target]));
  const scenarios = new Map(cells.map((cell) => [cell.scenario.name, whole(cell).scenario]));
  const made = cells.map((cell) => ({
    ...whole(cell),
    ...{ target: targets.get(cell.target.name)!, scenario: scenarios.get(cell.scenario.name)! },
  }));
  const facts: RunFacts = {
    ...{ format: "ringlab-compare-1", ringlab: "", started: "", seed: 1, warmups: 1, rootfs: "" },
    repetitions: Math.max(...cells.map(({ planned }) => planned), 1),
    host: {
      ...host,
      ...{ cpu: "", architecture: "", kernel: "", system: "", hypervisor: "none" },
    },
    ...{ targets: [...targets.values()], scenarios: [...scenarios.values()] },
  };
  return { run: { facts, repetitions: [], torn: false, samples: new Map() }, cells: made };
}

const look = (names: readonly string[], run: Run, cells: readonly CompareCell[]): Finding[] =>
  CHECKS.filter(({ name }) => names.includes(name)).flatMap((check) => check.look(run, cells));

/** What is no mistake of this lab: a note, laws that are slightly off, samples that are wide, a container that is slow. */
function isMistake({ check, severity, what }: Finding): boolean {
  if (check === "independent" || check === "emulation") return severity === "refuse";
  if (check === "spread") return !what.startsWith("the repetitions spread");
  return severity === "warn";
}

export const REFERENCE: Comparison = {
  plan: (places, design) => inRounds(places, design).map((turn) => ({ ...turn })),

  summarize(lines, measure) {
    const latest = new Map(lines.filter(({ warmup }) => !warmup).map((line) => [line.index, line]));
    const done = [...latest.values()].filter(({ outcome }) => outcome === "done");
    const values = done.flatMap(({ metrics }) => metrics[measure] ?? []);
    if (values.length === 0 || values.length < done.length) return null;
    const { count, mean, min, max, std } = summarize(values);
    return { count, mean, min, max, std: std ?? null };
  },

  effect(above, below, { resamples, seed }) {
    if (Math.min(above.length, below.length) < 2) return null;
    const mean = (values: readonly number[]) => summarize(values).mean;
    const { low, high } = ratioInterval(above, below, { seed, resamples });
    const verdict = low > 1 ? "more" : high < 1 ? "fewer" : "no difference detected";
    return { ratio: mean(above) / mean(below), low, high, verdict };
  },

  refuse(other, base) {
    // Two places of one name would be one place.
    const apart = [other, { ...base, target: { ...base.target, name: `${base.target.name}-base` } }];
    const sides = apart.map(whole) as [CompareCell, CompareCell];
    const { run } = runOf(apart, { processors: 64, memory: 0 });
    const findings = look(["versions", "implausible", "cache"], run, sides);
    const [a, b] = sides.map((cell) => ({ cell, measure: measuresFor(cell.case.workload, [cell])[0]! }));
    const found = compare(a!, b!, { findings, seed: 1 });
    const texts = found.kind === "refused" ? found.reasons : [];
    const bad = findings.some(({ check, severity }) => check === "implausible" && severity === "refuse");
    const named = REASONS.flatMap(([pattern, reason]) =>
      texts.some((text) => pattern.test(text)) ? [reason] : [],
    );
    return [...new Set([...named, ...(bad ? (["implausible"] as const) : [])])];
  },

  suspect(given, host) {
    const { run, cells } = runOf(given, host);
    const findings = look(Object.keys(MISTAKES), run, cells);
    return cells.flatMap((cell) => {
      const of = { target: cell.target.name, scenario: cell.scenario.name, case: cell.case.name };
      const here = findings.filter(
        (finding) =>
          (finding.target ?? of.target) === of.target &&
          (finding.scenario ?? of.scenario) === of.scenario &&
          (finding.case ?? of.case) === of.case &&
          isMistake(finding),
      );
      return [...new Set(here.map(({ check }) => MISTAKES[check]!))].map((mistake) => ({ ...of, mistake }));
    });
  },
};
