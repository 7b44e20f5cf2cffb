/** What lab 16 looks at: published figures, the simulator's prediction, a run of Ringlab, and what the component says of them. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Cell,
  cellsOf,
  compare,
  divisionsOf,
  enginesNamed,
  loadScenarios,
  MEASURES,
  measuresFor,
  parseScenarios,
  type Run,
  readRun,
  recordedRun,
  runComparison,
  type Scenario,
} from "../../src/compare/index.ts";
import { experiment, run as simulate } from "../../src/experiments/index.ts";
import type { Comparison, Measure } from "./component.ts";

/** sysbench cpu in five reports of the homework: the rate in Docker over that in the virtual machine. */
export const reportRows = () => [
  { report: "report A", factor: 3481 / 3812 },
  { report: "report B", factor: 12.58 / 6.02 },
  { report: "report C", factor: 54.67 / 24.73 },
  { report: "report D", factor: 2519.6 / 434.8 },
  { report: "report E", factor: 13_720_212 / 999.78 },
];

/** Target of a run → place of the experiment. */
const PLACES = { host: "native", docker: "docker", "qemu-kvm": "kvm", "qemu-tcg": "qemu" } as const;
/** A rate at one limit tells all others: see `lawRows`. */
const LIMIT = 1000;

/** Simulated events a second, and the divisions behind them. Takes some seconds. */
export const simulatedRows = () =>
  Object.entries(PLACES).map(([target, place]) => {
    const [row] = simulate(experiment("qemu-docker"), { target: place, scenario: `cpu ${LIMIT}` });
    const { perSecond, fewer } = row as { perSecond: number; fewer: number };
    return { target, perSecond, ratio: 1 / fewer, divisions: perSecond * divisionsOf(LIMIT) };
  });

/** A run, and where it is from. */
export interface Source {
  run: Run;
  /** A sentence. */
  about: string;
}

/** The run of a folder, or the one that comes with Ringlab. */
export function load(folder?: string): Source {
  const run = folder === undefined ? recordedRun().run : readRun(folder);
  const { host, started, repetitions, targets } = run.facts;
  const from = folder === undefined ? "This run was recorded, not made here" : `This run is of ${folder}`;
  const tried = targets.filter(({ probe }) => probe.state === "unusable").map(({ name }) => name);
  return {
    run,
    about: [
      `${from}: ${started.slice(0, 10)}, ${host.system}, ${host.cpu}, ${host.processors} processors, ${repetitions} repetitions.`,
      ...(tried.length > 0 ? [`Tried there, and not usable: ${tried.join(", ")}.`] : []),
    ].join(" "),
  };
}

const UNITS: Readonly<Record<Measure, string>> = {
  ...{ eventsPerCpuSecond: "events/CPU-s", eventsPerSecond: "events/s" },
  ...{ readMiBs: "MiB/s read", writeMiBs: "MiB/s written", memoryMiBs: "MiB/s moved" },
};

/** What a workload is judged by; undefined of starts. */
export function measureOf({ case: { workload } }: Cell): Measure | undefined {
  if (workload.kind === "cpu") return "eventsPerCpuSecond";
  if (workload.kind === "memory") return "memoryMiBs";
  if (workload.kind !== "fileio") return undefined;
  return workload.mode.endsWith("rd") || workload.mode === "rndrw" ? "readMiBs" : "writeMiBs";
}

const placeOf = ({ target, scenario, case: one }: Cell) => ({
  ...{ target: target.name, scenario: scenario.name, case: one.name },
});

/** A line of the homework's table for every cell. */
export const summaryRows = (component: Pick<Comparison, "summarize">, { run }: Source) =>
  cellsOf(run).flatMap((cell) => {
    const measure = measureOf(cell);
    const found = measure && component.summarize(cell.repetitions, measure);
    if (!found) return [];
    return [{ ...placeOf(cell), unit: UNITS[measure], ...found, std: found.std ?? "none" }];
  });

export const BASE = "host";

/** Of every cell against the host's: the effect as a sentence, or what forbids it. */
export function effectRows(component: Pick<Comparison, "refuse" | "effect">, { run }: Source) {
  const cells = cellsOf(run);
  return cells.flatMap((cell) => {
    const base = cells.find(
      (one) => one.target.name === BASE && one.scenario === cell.scenario && one.case.name === cell.case.name,
    );
    if (!base || base === cell || measureOf(cell) === undefined) return [];
    return [{ ...placeOf(cell), ...concluded(component, cell, base, run.facts.seed) }];
  });
}

/** A comparison that the component allows, by the interval that it finds. */
function concluded(
  component: Pick<Comparison, "refuse" | "effect">,
  cell: Cell,
  base: Cell,
  seed: number,
): { ratio: number; low: number; high: number; statement: string } {
  const none = { ratio: Number.NaN, low: Number.NaN, high: Number.NaN };
  const reasons = component.refuse(cell, base);
  if (reasons.length > 0) return { ...none, statement: `Refused: ${reasons.join(", ")}.` };
  const [measure] = measuresFor(cell.case.workload, [cell, base]);
  const found = compare(
    { cell, measure: measure! },
    { cell: base, measure: measure! },
    {
      ...{ findings: [], seed },
      interval: (above, below) =>
        component.effect(above, below, { resamples: 4000, seed }) ?? { low: Number.NaN, high: Number.NaN },
    },
  );
  return found.kind === "refused"
    ? { ...none, statement: `Refused: ${found.reasons.join("; ")}.` }
    : { ratio: found.ratio, ...found.interval, statement: found.statement };
}

/** Which cells the component does not believe. Starts are no rates, and are not asked about. */
export const suspicionRows = (component: Pick<Comparison, "suspect">, { run }: Source) =>
  component.suspect(
    cellsOf(run).filter((cell) => measureOf(cell) !== undefined),
    run.facts.host,
  );

/** A few targets for a plot, in which no reader tells six from each other. */
const SHOWN = ["host", "docker", "qemu-tcg", "qemu-kvm"];

/** Every repetition as a share of the host's mean in the same case: by the clock, and by what the processor worked. */
export function repetitionRows({ run }: Source) {
  const cells = cellsOf(run).filter(({ case: { workload } }) => workload.kind === "cpu");
  const [clock, work] = [MEASURES.eventsPerSecond, MEASURES.eventsPerCpuSecond];
  return [
    { by: "events per second", measure: clock },
    { by: "events per CPU-second", measure: work },
  ].flatMap(({ by, measure }) =>
    cells.flatMap((cell) => {
      const hosts = cells.find(
        (one) =>
          one.target.name === BASE && one.scenario === cell.scenario && one.case.name === cell.case.name,
      );
      const of = (one: Cell) =>
        one.repetitions.flatMap(({ outcome, metrics }) =>
          outcome === "done" ? (measure.of(metrics) ?? []) : [],
        );
      const base = hosts ? of(hosts) : [];
      const mean = base.reduce((a, b) => a + b, 0) / base.length;
      return of(cell).map((value) => ({ by, target: cell.target.name, share: value / mean }));
    }),
  );
}

/** Measured rates by limit, and the line on which they would lie if an event were nothing but its divisions. */
export function lawRows(component: Pick<Comparison, "summarize">, { run }: Source) {
  const cells = cellsOf(run).filter(
    ({ target, case: { workload } }) => SHOWN.includes(target.name) && workload.kind === "cpu",
  );
  const scenario = cells[0]?.scenario;
  const measured = cells.flatMap((cell) => {
    const { workload } = cell.case;
    const found = component.summarize(cell.repetitions, "eventsPerCpuSecond");
    if (workload.kind !== "cpu" || cell.scenario !== scenario || !found) return [];
    return [{ target: cell.target.name, limit: workload.maxPrime, rate: found.mean }];
  });
  const law = measured.map(({ target, limit }) => {
    const own = measured.filter((row) => row.target === target);
    const speed = own.reduce((sum, row) => sum + row.rate * divisionsOf(row.limit), 0) / own.length;
    return { target, limit, rate: speed / divisionsOf(limit) };
  });
  return [
    ...measured.map((row) => ({ ...row, kind: "measured" })),
    ...law.map((row) => ({ ...row, kind: "law of operations" })),
  ];
}

/** Every repetition of reading files. */
export const fileRows = ({ run }: Source) =>
  cellsOf(run).flatMap((cell) =>
    measureOf(cell) === "readMiBs"
      ? cell.repetitions.flatMap(({ outcome, metrics: { readMiBs } }) =>
          outcome === "done" && readMiBs ? [{ ...placeOf(cell), rate: readMiBs }] : [],
        )
      : [],
  );

/** What is not alike in two of your scenarios: one thing, or the comparison explains nothing. */
export function designRows(scenarios: readonly Scenario[]) {
  const parts = (one: Scenario) => ({
    processors: one.resources.processors,
    memory: one.resources.memory,
    disk: one.resources.disk ?? "any",
    "page cache": one.pageCache,
    seconds: one.seconds,
    cases: JSON.stringify(one.cases.map(({ workload }) => ({ ...workload, threads: 0 }))),
  });
  return scenarios.flatMap((one, at) =>
    scenarios.slice(at + 1).map((other) => {
      const [a, b] = [parts(one), parts(other)];
      const differ = (Object.keys(a) as (keyof typeof a)[]).filter((key) => a[key] !== b[key]);
      return { one: one.name, other: other.name, differ: differ.join(", ") || "nothing" };
    }),
  );
}

/**
 * Scenarios that you wrote: checked as those of a file are.
 * @throws {CannotCompare} that names every wrong value by its place
 */
export const scenariosOf = (scenarios: unknown): Scenario[] =>
  parseScenarios(JSON.stringify({ scenarios }), "your design");

export interface Here {
  /** "host,docker,qemu-tcg". */
  targets: string;
  /** Of your own, or the name of a file that comes with Ringlab ("quick", "homework"). */
  scenarios: Scenario[] | string;
  repetitions: number;
  /** A folder. What is in it of the same run already is not measured again. */
  out: string;
}

/**
 * Measures on this machine, in the component's order. Takes as long as it takes; the engines must be installed, and most of them want root.
 * @throws {CannotCompare} when it cannot be done, with what to do
 */
export async function measureHere(
  component: Pick<Comparison, "plan">,
  { targets, scenarios, repetitions, out }: Here,
): Promise<void> {
  const facts = await runComparison({
    engines: enginesNamed(targets.split(",")),
    scenarios: typeof scenarios === "string" ? await loadScenarios(scenarios) : scenarios,
    ...{ repetitions, warmups: 1, seed: 1, out, order: component.plan },
    ...{ cache: join(tmpdir(), "ringlab-lab16"), signal: new AbortController().signal, version: "lab 16" },
    onEvent(event) {
      if (event.kind === "repetition") {
        const { target, scenario, case: one, position, outcome } = event.record;
        console.log(`${position + 1} of ${event.of}: ${target}, ${scenario}, ${one}: ${outcome}`);
      }
      if (event.kind === "leftover") console.log(event.sentence);
    },
  });
  for (const { name, probe } of facts.targets)
    if (probe.state === "unusable") console.log(`${name} was tried, and is not usable: ${probe.reason}`);
}
