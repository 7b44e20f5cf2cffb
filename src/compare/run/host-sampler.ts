/** Samples of the host while a target runs, as vmstat and iostat would take them. */
import { readFile } from "node:fs/promises";
import { countOf, diskOf } from "./disk-use.ts";
import { type Tick, tickOf } from "./samples.ts";

/** Milliseconds. */
const INTERVAL = 1000;

export class HostSampler {
  readonly ticks: Tick[] = [];
  private readonly disk: string | undefined;
  private timer: NodeJS.Timeout | undefined;
  private reading: Promise<void> = Promise.resolve();

  private constructor(disk: string | undefined) {
    this.disk = disk;
  }

  /** @param folder on the disk to look at */
  static async start(folder: string): Promise<HostSampler> {
    const sampler = new HostSampler(await diskOf(folder));
    await sampler.read();
    sampler.timer = setInterval(() => {
      sampler.reading = sampler.reading.then(() => sampler.read());
    }, INTERVAL);
    return sampler;
  }

  /** Takes the last sample. Later calls change nothing. */
  async stop(): Promise<void> {
    if (this.timer === undefined) return;
    clearInterval(this.timer);
    this.timer = undefined;
    await this.reading;
    await this.read();
  }

  private async read(): Promise<void> {
    const [line] = (await readFile("/proc/stat", "utf8").catch(() => "")).split("\n");
    if (!line) return; // this system has none
    const tick = tickOf([String(performance.now() / 1000), ...line.split(" ")]);
    const disk = this.disk === undefined ? undefined : await countOf(this.disk);
    this.ticks.push({ ...tick, disk });
  }
}
