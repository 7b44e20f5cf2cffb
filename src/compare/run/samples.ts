/** The first line of /proc/stat, second by second, as shares of the time between two lines. The first line alone is an average since boot, and is none. */
import type { Sample } from "../record.ts";

/** proc(5): user nice system idle iowait irq softirq steal, in ticks since boot. */
export interface Tick {
  /** Seconds. */
  at: number;
  ticks: number[];
}

/** @param words "1700000000.123456 cpu 1 2 3 …", split at single spaces */
export function tickOf(words: readonly string[]): Tick {
  const [at, , ...numbers] = words.filter(Boolean);
  return { at: Number(at?.replace(",", ".")), ticks: numbers.slice(0, 8).map(Number) };
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
    return [
      {
        at: Math.round((tick.at - first.at) * 1000) / 1000,
        user: share(0, 1),
        system: share(2, 5, 6),
        iowait: share(4),
        steal: share(7),
      },
    ];
  });
}
