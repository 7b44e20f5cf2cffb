/** One repetition: its sessions, a line of the record. */
import type { Opened } from "../engines/engine.ts";
import { Cancelled, sentence } from "../errors.ts";
import type { Repetition, Sample, TargetKind } from "../record.ts";
import { Dialogue, type Given } from "./dialogue.ts";
import { script } from "./job.ts";
import { load } from "./machine.ts";
import type { Step } from "./plan.ts";
import { samplesOf } from "./samples.ts";
import { Sessions } from "./sessions.ts";
import { startUp } from "./startup.ts";

export interface Measured extends Given {
  repetition: Omit<Repetition, "log" | "samples" | "hostSamples">;
  log: string;
  /** Taken inside of the target. */
  samples: Sample[];
  hostSamples: Sample[];
  /** What started it, whole. */
  command: string;
}

/** Seconds above sysbench's own that a repetition may take: to boot, to prepare files, to clean up. */
const ALLOWANCE = 600;

/**
 * @param folder on the host's disk that the target works on
 * @throws Cancelled; anything else that goes wrong is a repetition that failed
 */
export async function measure(
  step: Step,
  kind: TargetKind,
  opened: Opened,
  folder: string,
  signal: AbortSignal,
): Promise<Measured> {
  const started = new Date().toISOString();
  const began = performance.now();
  const loadBefore = load();
  const dialogue = new Dialogue(step.scenario.pageCache, opened.folder ?? folder);
  const limit = step.scenario.seconds + ALLOWANCE;
  const sessions = new Sessions(opened, signal, limit);
  let error: string | undefined;
  try {
    await run(step, kind, sessions, dialogue);
  } catch (cause) {
    error = sessions.isLate ? `it had not ended after ${limit} s and was stopped` : sentence(cause);
  }
  const noise = await sessions.close();
  if (signal.aborted) throw new Cancelled();
  const { target, scenario, case: one, warmup, index, position } = step;
  return {
    ...dialogue.given,
    command: sessions.commands[0] ?? "",
    log: `${dialogue.log.join("\n")}\n${noise && `--- beside its output\n${noise}`}`,
    samples: samplesOf(dialogue.ticks),
    hostSamples: samplesOf(dialogue.host?.ticks ?? []),
    repetition: {
      ...{ target, scenario: scenario.name, case: one.name, warmup, index, position, started },
      wall: Math.round(performance.now() - began) / 1000,
      ...(error === undefined ? { outcome: "done" } : { outcome: "failed", error }),
      metrics: dialogue.metrics,
      load: { before: loadBefore, after: load() },
      ...(dialogue.pressure && { pressure: dialogue.pressure }),
      pageCache: dialogue.pageCache,
    },
  };
}

async function run(step: Step, kind: TargetKind, sessions: Sessions, dialogue: Dialogue): Promise<void> {
  const { scenario } = step;
  const { workload } = step.case;
  if (workload.kind === "startup") {
    dialogue.metrics = await startUp(step, workload, sessions, dialogue.log);
    return;
  }
  const ownKernel = kind === "emulator" || kind === "virtual machine";
  const session = await sessions.start({
    name: `${step.target}-${step.position}`,
    script: script(scenario, workload, ownKernel),
    resources: scenario.resources,
  });
  await dialogue.hold(session);
  dialogue.finish();
}
