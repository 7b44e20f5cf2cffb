/** Physical memory with page tables in it, for the walks of lab 07. */
import type { Format, Tables } from "./component.ts";

/** The real ones, and small ones for a pencil. */
export const FORMATS = {
  /** Eight entries, one level. */
  eight: { levels: 1, indexBits: 3, entryBytes: 4 },
  /** Eight entries a table, three levels. */
  small: { levels: 3, indexBits: 3, entryBytes: 4 },
  "IA-32": { levels: 2, indexBits: 10, entryBytes: 4 },
  "IA-32e": { levels: 4, indexBits: 9, entryBytes: 8 },
} as const satisfies Record<string, Format>;
export type FormatName = keyof typeof FORMATS;

const BITS = [
  ["P", 1],
  ["W", 2],
  ["U", 4],
  ["A", 0x20],
  ["D", 0x40],
  ["PS", 0x80],
] as const;

/** "5000 P W U": as an entry stands in a list. */
export function showEntry(entry: number): string {
  const set = BITS.filter(([, bit]) => (entry & bit) !== 0).map(([name]) => name);
  return `${(entry - (entry % 4096)).toString(16)} ${set.join(" ")}`.trim();
}

export const hex = (value: number): string => `${value.toString(16)}h`;

/** Entries by address; what is not there is 0. Counts what is done to it. */
export class Memory implements Tables {
  reads = 0;
  readonly #entries: Map<number, number>;
  readonly #before = new Map<number, { readonly entry: number; times: number }>();

  /** By the entry's address in hexadecimal. */
  constructor(entries: Readonly<Record<string, number>>) {
    this.#entries = new Map(Object.entries(entries).map(([at, entry]) => [Number.parseInt(at, 16), entry]));
  }

  read(at: number): number {
    this.reads++;
    return this.#entries.get(at) ?? 0;
  }

  write(at: number, entry: number): void {
    const before = this.#before.get(at) ?? { entry: this.#entries.get(at) ?? 0, times: 0 };
    this.#before.set(at, { ...before, times: before.times + 1 });
    this.#entries.set(at, entry);
  }

  /** What was written since the last call, by address. */
  changes(): string[] {
    const lines = [...this.#before]
      .toSorted(([one], [other]) => one - other)
      .map(([at, { entry, times }]) => {
        const again = times > 1 ? `, written ${times} times` : "";
        return `entry at ${hex(at)}: ${showEntry(entry)} → ${showEntry(this.#entries.get(at) ?? 0)}${again}`;
      });
    this.#before.clear();
    return lines;
  }
}
