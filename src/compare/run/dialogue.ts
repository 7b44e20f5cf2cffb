/** Our side of the dialogue with a job (job.ts): what its marks lead us to do, and what they said. */
import type { Session } from "../engines/engine.ts";
import type { Metrics, Repetition } from "../record.ts";
import { HostSampler } from "./host-sampler.ts";
import { MARK } from "./job.ts";
import { dropPageCache, pressureBetween, type Stalls, stalls } from "./machine.ts";
import { diskOver, type Tick, tickOf } from "./samples.ts";
import { parseReport } from "./sysbench.ts";

export interface Given {
  /** As the target said of itself. */
  sysbench?: string;
  processors?: number;
  /** MiB. */
  memory?: number;
}

export class Dialogue {
  readonly log: string[] = [];
  /** Of the target, and of the host while it ran. */
  readonly ticks: Tick[] = [];
  readonly given: Given = {};
  metrics: Metrics = {};
  pressure: Repetition["pressure"];
  pageCache: Repetition["pageCache"];
  host: HostSampler | undefined;
  private before: Stalls | undefined;
  private cpuBefore: number | undefined;
  private report: string[] = [];
  private status: number | undefined;
  private failure: string | undefined;
  private readonly folder: string;

  /** @param folder on the host's disk that the target works on */
  constructor(pageCache: "dropped" | "warm", folder: string) {
    this.pageCache = pageCache;
    this.folder = folder;
  }

  async hold(session: Session): Promise<void> {
    try {
      for await (const line of session.lines) {
        this.log.push(line);
        if (line.startsWith(MARK)) {
          if (await this.heed(line.slice(MARK.length).split(" "), session)) return;
        } else this.report.push(line);
      }
    } finally {
      await this.host?.stop();
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
        if (this.pageCache === "dropped" && !(await dropPageCache())) this.pageCache = "drop failed";
        this.cpuBefore = await session.cpuSeconds?.();
        this.before = await stalls();
        this.report = [];
        this.host = await HostSampler.start(this.folder);
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
    await this.host?.stop();
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
    Object.assign(this.metrics, figures, this.disks());
    if (cpuSeconds && figures.totalEvents !== undefined)
      this.metrics.eventsPerCpuSecond = round(figures.totalEvents / cpuSeconds);
  }

  /** A target that sees a disk of its own has two; the others have the host's. */
  private disks(): Metrics {
    const own = diskOver(this.ticks);
    const host = diskOver(this.host?.ticks ?? []);
    const seen = own ?? host;
    return {
      ...(seen && { diskUtilisation: seen.utilisation }),
      ...(seen?.await !== undefined && { diskAwait: seen.await }),
      ...(own && host && { hostDiskUtilisation: host.utilisation }),
      ...(own && host?.await !== undefined && { hostDiskAwait: host.await }),
    };
  }
}

const round = (value: number) => Math.round(value * 1000) / 1000;
