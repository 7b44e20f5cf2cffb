/** A run folder on the disk: written so that whatever moment it is interrupted at, what is there can be continued. */
import { appendFile, mkdir, open, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { Prediction } from "../analysis/prediction.ts";
import { CannotCompare } from "../errors.ts";
import type { Repetition, RunFacts, Sample } from "../record.ts";
import type { Measured } from "./repetition.ts";

export class RunFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Makes the folder, or takes one that is there. Held until `release`: two runs can't write into one.
   *
   * @throws CannotCompare when another run holds it, or when it is a folder of something else
   */
  static async hold(path: string): Promise<RunFolder> {
    await mkdir(join(path, "raw"), { recursive: true });
    const lock = join(path, "running");
    for (;;)
      try {
        const handle = await open(lock, "wx");
        await handle.writeFile(`${process.pid}\n`);
        await handle.close();
        return new RunFolder(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
        const holder = Number(await readFile(lock, "utf8").catch(() => ""));
        if (holder > 0 && isAlive(holder))
          throw new CannotCompare(
            `process ${holder} is running a comparison in ${path}; wait for it, or name another --out`,
          );
        await rm(lock, { force: true });
      }
  }

  release(): Promise<void> {
    return rm(join(this.path, "running"), { force: true });
  }

  /** Undefined in a folder that is new. */
  async facts(): Promise<RunFacts | undefined> {
    const text = await readFile(join(this.path, "run.json"), "utf8").catch(() => undefined);
    if (text === undefined) return undefined;
    const facts = JSON.parse(text) as RunFacts;
    if (facts.format === "ringlab-compare-1") return facts;
    throw new CannotCompare(`${join(this.path, "run.json")} is of another format; name another --out`);
  }

  writeFacts(facts: RunFacts): Promise<void> {
    return writeFileAtomic(join(this.path, "run.json"), `${JSON.stringify(facts, undefined, 2)}\n`);
  }

  writePrediction(prediction: Prediction): Promise<void> {
    return writeFileAtomic(
      join(this.path, "prediction.json"),
      `${JSON.stringify(prediction, undefined, 2)}\n`,
    );
  }

  /** What has been recorded. A line that was cut off when the machine went down is removed. */
  async repetitions(): Promise<Repetition[]> {
    const file = join(this.path, "repetitions.jsonl");
    const bytes = await readFile(file).catch(() => Buffer.alloc(0));
    const whole = bytes.lastIndexOf("\n") + 1;
    if (whole < bytes.length) await truncate(file, whole);
    const lines = bytes.subarray(0, whole).toString("utf8").split("\n").filter(Boolean);
    return lines.map((line) => JSON.parse(line) as Repetition);
  }

  /** The raw files first: a line of repetitions.jsonl never names a file that isn't there. */
  async append({ repetition, log, samples, hostSamples }: Measured): Promise<Repetition> {
    const { position, target, scenario, case: one } = repetition;
    const stem = `raw/${String(position).padStart(4, "0")}-${target}-${scenario}-${one}`;
    const record: Repetition = { ...repetition, log: `${stem}.log` };
    await writeFile(join(this.path, record.log), log);
    if (samples.length > 0) record.samples = await this.writeSamples(`${stem}.samples.jsonl`, samples);
    if (hostSamples.length > 0)
      record.hostSamples = await this.writeSamples(`${stem}.host.jsonl`, hostSamples);
    await appendFile(join(this.path, "repetitions.jsonl"), `${JSON.stringify(record)}\n`);
    return record;
  }

  private async writeSamples(path: string, samples: readonly Sample[]): Promise<string> {
    const lines = samples.map((sample) => `${JSON.stringify(sample)}\n`);
    await writeFile(join(this.path, path), lines.join(""));
    return path;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
