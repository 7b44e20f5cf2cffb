/** Small worlds, in words. */
import { A, D, type Event, P, U, W, type World } from "./world.ts";

const BITS = { w: W, u: U, a: A, d: D };

/** An entry that is present: a frame, and of the letters w, u, a and d the bits that are set. */
export const entry = (frame: number, bits = ""): number =>
  [...bits].reduce((value, letter) => value | BITS[letter as keyof typeof BITS], frame * 4096 + P);

export const read = (at: string, user = false): Event => ({ kind: "read", at, ...(user && { user }) });
export const write = (at: string, user = false): Event => ({ kind: "write", at, ...(user && { user }) });
export const store = (at: string, index: number, value: number): Event => ({
  kind: "store",
  at,
  index,
  entry: value,
});
export const device = (frame: number, index: number, value: number): Event => ({
  ...{ kind: "device", frame, index, entry: value },
});
export const cr3 = (root: number): Event => ({ kind: "cr3", root });
export const invlpg = (at: string): Event => ({ kind: "invlpg", at });

export const world = (entries: World["entries"], ...events: Event[]): World => ({
  ...{ entries, devices: [20], root: 1, events },
});

/** Directory 1 leads to page table 3, which maps page 5 to frame 8. */
export const small = (page: string, directory = "wu"): World["entries"] => ({
  "1:0": entry(3, directory),
  "3:5": entry(8, page),
});

/** And pages 1 and 3 are the two tables themselves, for a kernel that writes to them. */
export const mapped = (page: string): World["entries"] => ({
  ...small(page),
  "3:1": entry(1, "wad"),
  "3:3": entry(3, "wad"),
});
