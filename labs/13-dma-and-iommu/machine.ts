/** A machine small enough for a pencil: tables that note what is written to them, and a unit that notes its orders. */
import type { Flushes, Tables } from "./component.ts";

const ENTRIES = 512;
/** Tables are at multiples of this, from here on. */
const PAGE = 4096;
const ROOT = 16 * PAGE;

export class SmallTables implements Tables {
  /** What was done, in its order. */
  readonly events: string[] = [];
  readonly #entries = new Map<string, number>();
  #next = ROOT;

  root(): number {
    return ROOT;
  }

  read(table: number, index: number): number {
    return this.#entries.get(`${table} ${index}`) ?? 0;
  }

  write(table: number, index: number, entry: number): void {
    const known = table >= ROOT && table <= this.#next && table % PAGE === 0;
    const place = known && index >= 0 && index < ENTRIES;
    this.events.push(`entry ${index} of table ${place ? table / PAGE : "nowhere"} becomes ${told(entry)}`);
    if (place) this.#entries.set(`${table} ${index}`, entry);
  }

  make(): number {
    this.#next += PAGE;
    this.events.push(`table ${this.#next / PAGE} is made`);
    return this.#next;
  }
}

/** "page 17 + 3". */
const told = (entry: number): string =>
  entry === 0 ? "0" : `page ${Math.floor(entry / PAGE)} + ${entry - PAGE * Math.floor(entry / PAGE)}`;

export class SmallUnit implements Flushes {
  readonly events: string[] = [];
  #waiting: number[] = [];

  waiting(): number {
    return this.#waiting.length;
  }

  wait(page: number): void {
    this.#waiting.push(page);
    this.events.push(`page ${page} waits`);
  }

  flushPage(page: number): void {
    this.events.push(`page ${page} is flushed`);
  }

  flushDomain(): void {
    this.events.push("the domain is flushed");
  }

  release(page: number): void {
    this.events.push(`page ${page} is free`);
  }

  releaseWaiting(): void {
    this.events.push(`free: ${this.#waiting.join(", ") || "nothing"}`);
    this.#waiting = [];
  }
}
