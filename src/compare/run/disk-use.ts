/** How busy a disk was, from the kernel's counts (Documentation/admin-guide/iostats.rst), computed as iostat does. */
import { readFile, stat } from "node:fs/promises";

/** The figures of a line of /proc/diskstats behind the name, since boot. */
export type DiskCount = readonly number[];

/** Indices of iostats.rst's fields 1, 4, 5, 8 and 10. */
const [READS, READ_MS, WRITES, WRITE_MS, BUSY_MS] = [0, 3, 4, 7, 9];

export interface DiskUse {
  /** Percent of the time in which it had a request: %util. */
  utilisation: number;
  /** Milliseconds a read or write took, queueing included: await. Undefined when there was none. */
  await?: number;
}

/** Between two counts that are `seconds` apart. */
export function diskUse(from: DiskCount, to: DiskCount, seconds: number): DiskUse | undefined {
  if (seconds <= 0 || from.length <= BUSY_MS || to.length <= BUSY_MS) return undefined;
  const grown = (...fields: number[]) =>
    fields.reduce((sum, field) => sum + (to[field] as number) - (from[field] as number), 0);
  const round = (value: number) => Math.round(value * 100) / 100;
  const requests = grown(READS, WRITES);
  // The kernel rounds each time to its own ticks: a busy disk may have a millisecond more than there was time.
  const utilisation = round(Math.min(100, grown(BUSY_MS) / seconds / 10));
  return { utilisation, ...(requests > 0 && { await: round(grown(READ_MS, WRITE_MS) / requests) }) };
}

/**
 * The disk, or partition, that a folder lies on, as /proc/diskstats numbers it ("254 0"). Undefined where no one device
 * holds it: in memory, on btrfs, in a container's overlay.
 */
export async function diskOf(folder: string): Promise<string | undefined> {
  const device = await stat(folder, { bigint: true }).then(
    ({ dev }) => dev,
    () => undefined,
  );
  if (device === undefined) return undefined;
  // makedev(3), as glibc packs it.
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn);
  const minor = (device & 0xffn) | ((device >> 12n) & ~0xffn);
  const numbers = `${major} ${minor}`;
  return (await countOf(numbers)) ? numbers : undefined;
}

/** @param numbers of `diskOf` */
export async function countOf(numbers: string): Promise<DiskCount | undefined> {
  const lines = (await readFile("/proc/diskstats", "utf8").catch(() => "")).split("\n");
  const words = lines.map((line) => line.trim().split(/\s+/));
  const found = words.find(([major, minor]) => `${major} ${minor}` === numbers);
  return found?.slice(3).map(Number);
}
