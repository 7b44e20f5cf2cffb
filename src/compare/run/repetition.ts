/** One repetition: a session, the dialogue of job.ts, a line of the record. */
import type { Opened, Session } from "../engines/engine.ts";
import { Cancelled, sentence } from "../errors.ts";
import type { Metrics, Repetition, Sample, TargetKind } from "../record.ts";
import { MARK, script } from "./job.ts";
import { dropPageCache, load, pressureBetween, type Stalls, stalls } from "./machine.ts";
import type { Step } from "./plan.ts";
import { samplesOf, type Tick, tickOf } from "./samples.ts";
import { parseReport } from "./sysbench.ts";

export interface Measured {
  repetition: Omit<Repetition, "log" | "samples">;
  log: string;
  samples: Sample[];
  command: string;
  /** As the target said of itself. */
  sysbench?: string;
  processors?: number;
  /** MiB. */
  memory?: number;
}

/** Seconds above sysbench's own that a repetition may take: to boot, to prepare files, to clean up. */
const ALLOWANCE = 600;

/** @throws Cancelled; anything else that goes wrong is a repetition that failed */
export async function measure(
  step: Step,
  kind: TargetKind,
  opened: Opened,
  signal: AbortSignal,
): Promise<Measured> {
  const ownKernel = kind === "emulator" || kind === "virtual machine";
  const started = new Date().toISOString();
  const began = performance.now();
  const loadBefore = load();
  let session: Session | undefined;
  const dialogue = new Dialogue(step);
  const stop = () => void session?.stop();
  let isLate = false;
  let timer: NodeJS.Timeout | undefined;
  signal.addEventListener("abort", stop);
  let error: string | undefined;
  try {
    if (signal.aborted) throw new Cancelled();
    session = await opened.start({
      name: `${step.target}-${step.position}`,
      script: script(step.scenario, step.case, ownKernel),
      resources: step.scenario.resources,
    });
    if (signal.aborted) throw new Cancelled();
    const limit = step.scenario.seconds + ALLOWANCE;
    timer = setTimeout(() => {
      isLate = true;
      stop();
    }, limit * 1000);
    await dialogue.hold(session);
    if (isLate) throw new Error(`it had not ended after ${limit} s`);
    dialogue.finish();
  } catch (cause) {
    if (signal.aborted) throw new Cancelled();
    error = isLate ? "it took too long and was stopped" : sentence(cause);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    await session?.stop();
  }
  if (signal.aborted) throw new Cancelled();
  const noise = (await session?.noise()) ?? "";
  const { target, scenario, case: one, warmup, index, position } = step;
  return {
    ...dialogue.given,
    command: session?.command ?? "",
    log: `${dialogue.log.join("\n")}\n${noise && `--- beside its output\n${noise}`}`,
    samples: samplesOf(dialogue.ticks),
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

/** What the job's marks lead us to do, and what they said. */
class Dialogue {
  readonly log: string[] = [];
  readonly ticks: Tick[] = [];
  readonly given: Pick<Measured, "sysbench" | "processors" | "memory"> = {};
  metrics: Metrics = {};
  pressure: Repetition["pressure"];
  pageCache: Repetition["pageCache"];
  private before: Stalls | undefined;
  private cpuBefore: number | undefined;
  private report: string[] = [];
  private status: number | undefined;
  private failure: string | undefined;
  private readonly step: Step;

  constructor(step: Step) {
    this.step = step;
    this.pageCache = step.scenario.pageCache;
  }

  async hold(session: Session): Promise<void> {
    for await (const line of session.lines) {
      this.log.push(line);
      if (line.startsWith(MARK)) {
        if (await this.heed(line.slice(MARK.length).split(" "), session)) return;
      } else this.report.push(line);
    }
  }

  /** True after the last mark. */
  private async heed([mark, ...rest]: string[], session: Session): Promise<boolean> {
    switch (mark) {
      case "sysbench":
        this.given.sysbench = rest[0] as string;
        break;
      case "given":
        this.given.processors = Number(rest[0]);
        this.given.memory = Math.round(Number(rest[1]) / 1024);
        break;
      case "ready":
        if (this.step.scenario.pageCache === "dropped" && !(await dropPageCache()))
          this.pageCache = "drop failed";
        this.cpuBefore = await session.cpuSeconds?.();
        this.before = await stalls();
        this.report = [];
        session.send("go");
        break;
      case "undropped":
        this.pageCache = "drop failed";
        break;
      case "times":
        this.metrics.user = Number(rest[0]);
        this.metrics.system = Number(rest[1]);
        break;
      case "end":
        this.status = Number(rest[0]);
        await this.account(session);
        session.send("go");
        break;
      case "failed":
        this.failure = `${rest.join(" ")}: ${this.report.slice(-3).join("; ")}`;
        break;
      case "stat":
        this.ticks.push(tickOf(rest));
        break;
      case "bye":
        return true;
    }
    return false;
  }

  private async account(session: Session): Promise<void> {
    if (this.before) this.pressure = pressureBetween(this.before, await stalls());
    const { user, system } = this.metrics;
    if (session.cpuSeconds && this.cpuBefore !== undefined)
      this.metrics.cpuSeconds = round((await session.cpuSeconds()) - this.cpuBefore);
    else if (user !== undefined && system !== undefined) this.metrics.cpuSeconds = round(user + system);
  }

  /** @throws Error when the job failed, or printed no report */
  finish(): void {
    if (this.failure !== undefined) throw new Error(this.failure);
    if (this.status === undefined) throw new Error("it ended before sysbench did");
    if (this.status !== 0) {
      const fatal = this.report.filter((line) => line.startsWith("FATAL")).join("; ");
      throw new Error(
        `sysbench ended with status ${this.status}: ${fatal || this.report.slice(-2).join("; ")}`,
      );
    }
    const figures = parseReport(this.report.join("\n"));
    const { cpuSeconds } = this.metrics;
    Object.assign(this.metrics, figures);
    if (cpuSeconds && figures.totalEvents !== undefined)
      this.metrics.eventsPerCpuSecond = round(figures.totalEvents / cpuSeconds);
  }
}

const round = (value: number) => Math.round(value * 1000) / 1000;
