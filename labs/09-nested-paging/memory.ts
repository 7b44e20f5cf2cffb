/** The host's memory in lab 09: words by address, in hexadecimal as people write them down. */
import type { Host, Slot, Tables } from "./component.ts";

/** Words that are not zero: address and value in hexadecimal, "103" → "1a7". */
export type Words = Readonly<Record<string, string>>;

export const PAGE = 16;
/** Addresses have five digits at most. */
export const END = 16 ** 5;
/** More entries than a picture of tables shows. */
const MOST = 400;

export const hex = (value: number): string => (value < 0 ? `-${(-value).toString(16)}` : value.toString(16));
export const digit = (address: number, level: number): number => Math.floor(address / 16 ** level) % 16;

/** Notes what is read; gives pages away from `free` on. */
export class HostMemory implements Host {
  readonly events: string[] = [];
  taken = 0;
  readonly #words = new Map<number, number>();
  readonly #free: number;

  constructor(words: Words, free = END) {
    for (const [at, value] of Object.entries(words))
      this.#words.set(Number.parseInt(at, 16), Number.parseInt(value, 16));
    this.#free = free;
  }

  read(at: number): number {
    const value = this.peek(at);
    this.events.push(`${hex(at)}: ${hex(value)}`);
    return value;
  }

  /** The same, and nobody notes it. */
  peek(at: number): number {
    return this.#words.get(at) ?? 0;
  }

  write(at: number, entry: number): void {
    this.#words.set(at, entry);
  }

  take(): number {
    return this.#free + PAGE * this.taken++;
  }

  get words(): Words {
    return Object.fromEntries(
      [...this.#words]
        .filter(([, value]) => value !== 0)
        .sort(([one], [other]) => one - other)
        .map(([at, value]) => [hex(at), hex(value)]),
    );
  }
}

const rights = (entry: number) =>
  `${(entry & 1) !== 0 ? "r" : "-"}${(entry & 2) !== 0 ? "w" : "-"}${(entry & 4) !== 0 ? "x" : "-"}`;

/** Nested tables, an entry a line, by the digits that lead to it: "30: 1200 r-x", where "3: table rwx". Where the tables are does not show. */
export function showTables({ root, levels }: Tables, memory: HostMemory): string[] {
  const lines: string[] = [];
  const list = (table: number, level: number, path: string) => {
    for (let index = 0; index < PAGE && lines.length < MOST; index++) {
      const entry = memory.peek(table + index);
      if (entry === 0) continue;
      const place = `${path}${hex(index)}`;
      const large = level > 1 && (entry & 8) !== 0;
      const frame = entry - (entry % PAGE);
      if (level === 1 || large)
        lines.push(`${place}: ${hex(frame)} ${rights(entry)}${(entry & 8) !== 0 ? " L" : ""}`);
      else {
        lines.push(`${place}: table ${rights(entry)}`);
        list(frame, level - 1, place);
      }
    }
  };
  list(root, levels, "");
  return lines;
}

export const showSlot = ({ gpa, hpa, words, writable }: Slot): string =>
  `slot ${hex(gpa)} … ${hex(gpa + words - 1)} at ${hex(hpa)}${writable ? "" : ", read-only"}`;

export const showWords = (words: Words): string =>
  Object.entries(words)
    .map(([at, value]) => `${at}: ${value}`)
    .join(", ");
