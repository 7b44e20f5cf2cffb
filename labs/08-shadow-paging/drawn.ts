/** Worlds drawn from a seed, for the student's own trials and for the hidden tests. */
import { entry, store as storeEvent } from "./situations.ts";
import type { Event, World } from "./world.ts";

/** A whole number from 0, below the one given. */
export type Draw = (below: number) => number;

const one = <T>(draw: Draw, of: readonly T[]): T => of[draw(of.length)] as T;

/** Two processes: directories 1 and 2, the kernel's page table 3 in both, and a page table for each; frames 8 to 11, and a device. */
const KERNEL = 3;
const PAGES = [0, 1, 2];
const DATA = [8, 9, 10, 11];
const TABLES = [1, 2, 3, 4, 5];
/** Pages of the kernel's table that map the tables. */
const window = (frame: number) => `0:${10 + frame}`;

export interface Wishes {
  readonly events?: number;
  /** Tables are written to. */
  readonly stores?: boolean;
  readonly switches?: boolean;
}

export function drawWorld(
  draw: Draw,
  { events: count = 12, stores = true, switches = true }: Wishes = {},
): World {
  const some = (letters: string, of: number) => [...letters].filter(() => draw(of) > 0).join("");
  const page = () => {
    if (draw(8) === 0) return 0;
    return entry(
      draw(8) === 0 ? 20 : draw(7) === 0 ? one(draw, TABLES) : one(draw, DATA),
      some("wu", 4) + some("ad", 2),
    );
  };
  const upper = (table: number) => entry(table, some("wu", 5) + some("a", 2));
  const entries: Record<string, number> = {
    ...{ "1:0": entry(KERNEL, "wu"), "1:1": upper(4), "1:2": upper(one(draw, [4, 5])) },
    ...{ "2:0": entry(KERNEL, some("wu", 8)), "2:1": upper(5) },
  };
  for (const table of [KERNEL, 4, 5]) for (const index of PAGES) entries[`${table}:${index}`] = page();
  for (const table of TABLES) entries[`${KERNEL}:${10 + table}`] = entry(table, `w${some("ad", 3)}`);

  let root = 1;
  const events: Event[] = [];
  const anywhere = () => `${one(draw, [0, 1, 1, 1, 2])}:${one(draw, PAGES)}`;
  /** After a table was written, a guest that is right says so, or goes elsewhere. */
  const write = () => {
    const table = one(draw, [root, KERNEL, 4, 5, 4, 5]);
    const directory = table <= 2;
    const index = directory ? one(draw, [1, 2]) : one(draw, PAGES);
    const value = directory ? (draw(4) === 0 ? 0 : upper(one(draw, [4, 5]))) : page();
    const by = draw(4);
    events.push(
      by === 0
        ? { kind: "device", frame: table, index, entry: value }
        : storeEvent(window(table), index, value),
    );
    const after = draw(switches ? 4 : 3);
    if (after === 3) events.push({ kind: "cr3", root });
    else if (after > 0)
      for (const slot of [0, 1, 2]) if (draw(3) > 0) events.push({ kind: "invlpg", at: `${slot}:${index}` });
  };
  while (events.length < count) {
    const kind = draw(10);
    if (stores && kind < 3) write();
    else if (switches && kind === 3) {
      root = 3 - root;
      events.push({ kind: "cr3", root });
    } else {
      const user = draw(3) === 0;
      events.push({ kind: one(draw, ["read", "write"]), at: anywhere(), ...(user && { user }) });
    }
  }
  return { entries, devices: [20], root: 1, events };
}
