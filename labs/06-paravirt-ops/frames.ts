/** The monitor's table of frames, as far as an update may touch it. */
import type { Frames, Update, Use } from "./component.ts";

export interface FrameState {
  readonly owner: "guest" | "other" | "monitor";
  /** Uses of it already, by what they are for. */
  readonly uses?: { readonly [use in Use]?: number };
}

/** Plain data from which a table of frames is made. Frames that are not named are another guest's. */
export interface Situation {
  readonly frames: { readonly [frame: string]: FrameState };
  /** "table:index" → entry. */
  readonly entries: { readonly [place: string]: number };
  readonly updates: readonly Update[];
}

const USES: readonly Use[] = ["table", "writable", "read"];
/** What a use does not go together with. */
const AGAINST: Readonly<Record<Use, Use | undefined>> = {
  table: "writable",
  writable: "table",
  read: undefined,
};

export class FrameTable implements Frames {
  /** What was done, in its order. */
  readonly events: string[] = [];
  readonly #owners: Situation["frames"];
  readonly #counts = new Map<string, number>();
  readonly #entries: Map<string, number>;

  constructor({ frames, entries }: Situation) {
    this.#owners = frames;
    this.#entries = new Map(Object.entries(entries));
    for (const [frame, { uses = {} }] of Object.entries(frames))
      for (const use of USES) this.#counts.set(`${frame} ${use}`, uses[use] ?? 0);
  }

  owner(frame: number): "guest" | "other" | "monitor" {
    return this.#owners[frame]?.owner ?? "other";
  }

  read(table: number, index: number): number {
    return this.#entries.get(`${table}:${index}`) ?? 0;
  }

  write(table: number, index: number, entry: number): void {
    this.events.push(`write ${showEntry(entry)} to ${table}:${index}`);
    this.#entries.set(`${table}:${index}`, entry);
  }

  take(frame: number, use: Use): boolean {
    const against = AGAINST[use];
    if (against !== undefined && this.#count(frame, against) > 0) return false;
    this.events.push(`take frame ${frame} as ${use}`);
    this.#counts.set(`${frame} ${use}`, this.#count(frame, use) + 1);
    return true;
  }

  drop(frame: number, use: Use): void {
    this.events.push(`drop frame ${frame} as ${use}`);
    this.#counts.set(`${frame} ${use}`, this.#count(frame, use) - 1);
  }

  /** A frame that is a table and writable at once: what must never be. */
  broken(): string[] {
    return Object.keys(this.#owners)
      .filter(
        (frame) => this.#count(Number(frame), "table") > 0 && this.#count(Number(frame), "writable") > 0,
      )
      .map((frame) => `frame ${frame} is a page table that the guest may write to`);
  }

  #count(frame: number, use: Use): number {
    return this.#counts.get(`${frame} ${use}`) ?? 0;
  }
}

/** "frame 5, present, writable". */
export function showEntry(entry: number): string {
  if ((entry & 1) === 0) return `${entry === 0 ? "nothing" : "an absent entry"}`;
  return `frame ${entry >>> 12}${entry & 2 ? ", writable" : ""}`;
}

export const frameOf = (entry: number): number => Math.floor(entry / 4096);
export const isPresent = (entry: number): boolean => (entry & 1) !== 0;
