/** The small machine of lab 08, as data: a guest's tables, and what the guest does. */

export const P = 1;
export const W = 2;
export const U = 4;
export const A = 32;
export const D = 64;

/** Guest's frames; the host's frame of frame 0. */
export const FRAMES = 64;
export const BASE = 0x100;
export const ENTRIES = 1024;

export type Event =
  /** An access to a page: "directory index:page index". */
  | { readonly kind: "read" | "write"; readonly at: string; readonly user?: boolean }
  /** The kernel writes a word of a page, which may be one of its tables. */
  | { readonly kind: "store"; readonly at: string; readonly index: number; readonly entry: number }
  /** A device writes a word of a frame. */
  | { readonly kind: "device"; readonly frame: number; readonly index: number; readonly entry: number }
  | { readonly kind: "cr3"; readonly root: number }
  | { readonly kind: "invlpg"; readonly at: string };

export interface World {
  /** "frame:index" → entry. */
  readonly entries: { readonly [place: string]: number };
  /** Frames that are no memory. */
  readonly devices: readonly number[];
  readonly root: number;
  readonly events: readonly Event[];
}

const NAMES = [
  [W, "W"],
  [U, "U"],
  [A, "A"],
  [D, "D"],
] as const;

/** "frame 5 WUA" or "nothing". */
export function showEntry(entry: number): string {
  if ((entry & P) === 0) return entry === 0 ? "nothing" : `not present (${entry.toString(16)}h)`;
  const bits = NAMES.map(([bit, name]) => ((entry & bit) !== 0 ? name : "")).join("");
  return `frame ${frameOf(entry)}${bits === "" ? "" : ` ${bits}`}`;
}

export const frameOf = (entry: number): number => Math.floor(entry / 4096);

/** Of "1:5": the linear address, and the two indices. */
export function addressOf(at: string): { address: number; directory: number; page: number } {
  const [directory, page] = at.split(":").map(Number) as [number, number];
  return { address: directory * 2 ** 22 + page * 4096, directory, page };
}

export function showEvent(event: Event): string {
  switch (event.kind) {
    case "read":
    case "write":
      return `${event.user ? "user " : ""}${event.kind} ${event.at}`;
    case "store":
      return `store to ${event.at}, word ${event.index}: ${showEntry(event.entry)}`;
    case "device":
      return `a device writes to frame ${event.frame}, word ${event.index}: ${showEntry(event.entry)}`;
    case "cr3":
      return `CR3 := frame ${event.root}`;
    default:
      return `INVLPG ${event.at}`;
  }
}

/** How an access ended, for a line of a log. */
export const atFrame = (frame: number): string => `frame ${frame}`;
export const byMonitor = (frame: number): string => `frame ${frame}, by the monitor`;
export const pageFault = (error: number): string => `#PF, error ${error}`;
export const logged = (event: Event, end: string, exits: number): string =>
  `${showEvent(event)} → ${end}${exits === 0 ? "" : `; exits ${exits}`}`;

/** The guest's tables in the end, entry by entry. */
export function tableLines(memory: ReadonlyMap<number, number>): string[] {
  return [...memory]
    .filter(([, entry]) => (entry & P) !== 0)
    .sort(([a], [b]) => a - b)
    .map(([place, entry]) => `${Math.floor(place / ENTRIES)}:${place % ENTRIES} is ${showEntry(entry)}`);
}

export function memoryOf({ entries }: World): Map<number, number> {
  return new Map(
    Object.entries(entries).map(([place, entry]) => {
      const [frame, index] = place.split(":").map(Number) as [number, number];
      return [frame * ENTRIES + index, entry];
    }),
  );
}
