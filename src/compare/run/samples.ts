/** The first line of /proc/stat, second by second, as shares of the time between two lines. The first line alone is an average since boot, and is none. */
import type { Sample } from "../record.ts";
import { type DiskCount, type DiskUse, diskUse } from "./disk-use.ts";

/** proc(5): user nice system idle iowait irq softirq steal, in ticks since boot. */
export interface Tick {
  /** Seconds. */
  at: number;
  ticks: number[];
  disk?: DiskCount | undefined;
}

/** @param words "1700000000.123456 cpu 1 2 3 … / 4 5 6 …", split at single spaces; behind the slash may be nothing */
export function tickOf(words: readonly string[]): Tick {
  const [at, , ...rest] = words.filter(Boolean);
  const slash = rest.includes("/") ? rest.indexOf("/") : rest.length;
  const ticks = rest.slice(0, Math.min(slash, 8)).map(Number);
  const disk = rest.slice(slash + 1).map(Number);
  return { at: Number(at?.replace(",", ".")), ticks, ...(disk.length > 0 && { disk }) };
}

/** Seconds: of fewer ticks no share can be told. */
const SHORTEST = 0.2;

export function samplesOf(ticks: readonly Tick[]): Sample[] {
  const first = ticks[0];
  if (!first) return [];
  return ticks.slice(1).flatMap((tick, index) => {
    const before = ticks[index] as Tick;
    const spent = tick.ticks.map((value, column) => value - (before.ticks[column] ?? 0));
    const all = spent.reduce((sum, value) => sum + value, 0);
    if (all <= 0 || tick.at - before.at < SHORTEST) return [];
    const share = (...columns: number[]) =>
      Math.round((1000 * columns.reduce((sum, column) => sum + (spent[column] ?? 0), 0)) / all) / 10;
    const disk = diskOver([before, tick])?.utilisation;
    return [
      {
        at: Math.round((tick.at - first.at) * 1000) / 1000,
        user: share(0, 1),
        system: share(2, 5, 6),
        iowait: share(4),
        steal: share(7),
        ...(disk === undefined ? {} : { disk }),
      },
    ];
  });
}

/** Of the whole time from the first line to the last; undefined where there is no disk to see. */
export function diskOver(ticks: readonly Tick[]): DiskUse | undefined {
  const [first, last] = [ticks[0], ticks.at(-1)];
  if (!first?.disk || !last?.disk) return undefined;
  return diskUse(first.disk, last.disk, last.at - first.at);
}
