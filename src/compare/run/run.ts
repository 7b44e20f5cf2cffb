/** A comparison from its beginning to its end, or to Ctrl+C; the same call with the same folder continues it. */
import type { Prediction } from "../analysis/prediction.ts";
import type { Engine, Opened } from "../engines/engine.ts";
import { type Trial, tryOut } from "../engines/probe.ts";
import { Cancelled, CannotCompare } from "../errors.ts";
import { type Ground, openGround } from "../ground/ground.ts";
import { sweep } from "../ground/state.ts";
import type { Repetition, RunFacts, Scenario, TargetFacts } from "../record.ts";
import { rootfs } from "../rootfs/rootfs.ts";
import { RunFolder } from "./folder.ts";
import { hostFacts } from "./machine.ts";
import { identity, type Order, plan, type Step } from "./plan.ts";
import type { predict } from "./predict.ts";
import { type Measured, measure } from "./repetition.ts";

export interface RunRequest {
  engines: readonly Engine[];
  scenarios: Scenario[];
  /** Measured ones of every target × scenario × case. */
  repetitions: number;
  warmups: number;
  seed: number;
  /** In which order; in rounds, each in an order of its own, if absent. */
  order?: Order;
  /** The run folder. */
  out: string;
  cache: string;
  signal: AbortSignal;
  /** Ringlab's own version. */
  version: string;
  /** Told about everything that a user would like to watch. */
  onEvent: (event: RunEvent) => void;
  /** Makes the prediction, before anything is tried or measured. Absent: none is made. */
  predict?: typeof predict;
}

export type RunEvent =
  | { kind: "target"; facts: TargetFacts }
  | { kind: "prediction"; prediction: Prediction }
  | { kind: "resumed"; done: number; of: number }
  /** The `nth` of all, from 1. */
  | { kind: "repetition"; record: Repetition; nth: number; of: number }
  | { kind: "leftover"; sentence: string };

/**
 * @throws CannotCompare when the request can't be met; nothing has been measured then
 * @throws Cancelled after everything has been undone; what is recorded stays
 */
export async function runComparison(request: RunRequest): Promise<RunFacts> {
  const folder = await RunFolder.hold(request.out);
  try {
    for (const sentence of await sweep(request.cache)) request.onEvent({ kind: "leftover", sentence });
    const ground = await openGround(request.cache, request.signal);
    try {
      return await compareOn(ground, folder, request);
    } finally {
      for (const sentence of await ground.undo.run()) request.onEvent({ kind: "leftover", sentence });
    }
  } finally {
    await folder.release();
  }
}

async function compareOn(ground: Ground, folder: RunFolder, request: RunRequest): Promise<RunFacts> {
  const before = await folder.facts();
  if (before) refuseOther(before, request);
  await refuseNone(request.engines);
  const { sha256 } = await rootfs(ground);
  if (before?.rootfs !== undefined && before.rootfs !== sha256)
    throw new CannotCompare(
      `the root file system is another than when ${request.out} was begun; name another --out`,
    );
  if (!before) await predictInto(folder, request);
  const trials = new Map<string, Trial>();
  const targets: TargetFacts[] = [];
  for (const engine of request.engines) {
    const trial = await tryOut(engine, ground);
    trials.set(engine.name, trial);
    targets.push(factsOf(engine, trial, before));
    request.onEvent({ kind: "target", facts: targets.at(-1) as TargetFacts });
  }
  const facts: RunFacts = before ?? {
    format: "ringlab-compare-1",
    ringlab: request.version,
    started: new Date().toISOString(),
    seed: request.seed,
    repetitions: request.repetitions,
    warmups: request.warmups,
    host: await hostFacts(),
    targets,
    scenarios: request.scenarios,
    rootfs: sha256,
  };
  facts.targets = targets;
  const working = request.engines.filter(({ name }) => trials.get(name)?.opened);
  if (working.length === 0)
    throw new CannotCompare("none of the targets works: ringlab compare doctor says why");
  await folder.writeFacts(facts);
  await measureAll(working, trials, facts, { folder, scratch: ground.scratch }, request);
  facts.ended = new Date().toISOString();
  await folder.writeFacts(facts);
  return facts;
}

async function predictInto(folder: RunFolder, request: RunRequest): Promise<void> {
  const { engines, scenarios, signal, onEvent } = request;
  const prediction = await request.predict?.(
    engines.map(({ name }) => name),
    scenarios,
    signal,
  );
  if (!prediction) return;
  await folder.writePrediction(prediction);
  onEvent({ kind: "prediction", prediction });
}

async function measureAll(
  engines: readonly Engine[],
  trials: ReadonlyMap<string, Trial>,
  facts: RunFacts,
  { folder, scratch }: { folder: RunFolder; scratch: string },
  { signal, onEvent, order }: RunRequest,
): Promise<void> {
  // Planned over all targets that were asked for: whether one of them works today doesn't change the others' order.
  const steps = plan(
    facts.targets.map(({ name }) => name),
    facts.scenarios,
    facts,
    order,
  ).filter(({ target }) => engines.some(({ name }) => name === target));
  const recorded = await folder.repetitions();
  const learned = new Set(recorded.map(({ target }) => target));
  const done = new Set(recorded.filter(({ outcome }) => outcome === "done").map(identity));
  if (done.size > 0) onEvent({ kind: "resumed", done: done.size, of: steps.length });
  for (const [at, step] of steps.entries()) {
    if (done.has(identity(step))) continue;
    if (signal.aborted) throw new Cancelled();
    const engine = engines.find(({ name }) => name === step.target) as Engine;
    const opened = trials.get(step.target)?.opened as Opened;
    const measured = await measure(step, engine.kind, opened, scratch, signal);
    const record = await folder.append(measured);
    if (!learned.has(step.target) && measured.repetition.outcome === "done") {
      learn(facts, step, measured);
      await folder.writeFacts(facts);
      learned.add(step.target);
    }
    onEvent({ kind: "repetition", record, nth: at + 1, of: steps.length });
  }
}

/** What a target's first repetition that succeeded says of itself. */
function learn(facts: RunFacts, step: Step, { sysbench, processors, memory, command }: Measured): void {
  const target = facts.targets.find(({ name }) => name === step.target) as TargetFacts;
  if (sysbench !== undefined) Object.assign(target, { sysbench, processors, memory });
  target.commands.push(command);
}

function factsOf(
  engine: Engine,
  { probe, versions, beneath, opened }: Trial,
  before: RunFacts | undefined,
): TargetFacts {
  const known = before?.targets.find(({ name }) => name === engine.name);
  return {
    commands: [...(opened?.prepared ?? [])],
    ...(opened?.image && { image: opened.image }),
    ...known,
    ...{ name: engine.name, kind: engine.kind, probe, versions },
    ...(beneath === undefined ? {} : { beneath }),
  };
}

/** Before anything is made for targets of which none is there. */
async function refuseNone(engines: readonly Engine[]): Promise<void> {
  const reasons: string[] = [];
  for (const engine of engines) {
    const look = await engine.look();
    if (look.state === "there") return;
    reasons.push(`${engine.name}: ${look.state === "absent" ? look.install : look.reason}`);
  }
  throw new CannotCompare(`none of the targets can be tried here:\n  ${reasons.join("\n  ")}`);
}

/** A run is continued with what it was begun with, or its averages are of two different things. */
function refuseOther(
  before: RunFacts,
  { scenarios, engines, repetitions, warmups, seed, out }: RunRequest,
): void {
  const other = (what: string, was: unknown, is: unknown) => {
    if (JSON.stringify(was) === JSON.stringify(is)) return;
    throw new CannotCompare(
      `${out} was begun with other ${what}; begin anew with another --out, or use the same`,
    );
  };
  other("scenarios", before.scenarios, scenarios);
  other(
    "targets",
    before.targets.map(({ name }) => name),
    engines.map(({ name }) => name),
  );
  other(`--repetitions (${before.repetitions})`, before.repetitions, repetitions);
  other(`--warmups (${before.warmups})`, before.warmups, warmups);
  other(`--seed (${before.seed})`, before.seed, seed);
}
