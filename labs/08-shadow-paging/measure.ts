/** What lab 08 measures on its small machine: exits of a component, and of a pager that forgets everything at CR3. */
import type { ShadowPaging } from "./component.ts";
import { FORGETFUL, guestLines } from "./expected.ts";
import { guestRow, type PagerName } from "./guests.ts";
import { SmallMachine } from "./machine.ts";
import { cr3, entry, read, store, world, write } from "./situations.ts";
import type { Event, World } from "./world.ts";

const PAGES = 6;
/** Frames of the two processes' directories, their page tables, and the kernel's. */
const ROOTS = [1, 2] as const;
const OWN = [4, 5] as const;
const KERNEL = 3;

/** Two processes with six pages each, beside the kernel, whose page table is in both directories. */
function twoProcesses(...events: Event[]): World {
  const entries: Record<string, number> = {};
  ROOTS.forEach((root, i) => {
    const own = OWN[i] as number;
    entries[`${root}:0`] = entry(KERNEL, "wa");
    entries[`${root}:1`] = entry(own, "wua");
    for (let page = 0; page < PAGES; page++) entries[`${own}:${page}`] = entry(30 + PAGES * i + page, "wuad");
    entries[`${KERNEL}:${root}`] = entry(root, "wad");
  });
  return world(entries, ...events);
}

/** A time slice: the process touches its pages. */
const slice = (): Event[] =>
  Array.from({ length: PAGES }, (_, page) => (page % 2 ? write : read)(`1:${page}`, true));

const exitsOf = (component: ShadowPaging, input: World): number => {
  const machine = new SmallMachine(component, input);
  machine.run(input.events);
  return machine.exits;
};

/** The same below a pager that traces nothing and forgets everything at CR3: counted by the naive model. */
const forgetful = (input: World): number => Number(guestLines(input, FORGETFUL).at(-1)?.split(" ")[1]);

/** Exits over the number of process switches. */
export function switchRows(component: ShadowPaging, counts: readonly number[]) {
  return counts.map((switches) => {
    const events = Array.from({ length: switches }, (_, i) => [
      cr3(ROOTS[(i + 1) % 2] as number),
      ...slice(),
    ]);
    const input = twoProcesses(...slice(), ...events.flat());
    return { switches, yours: exitsOf(component, input), forgetful: forgetful(input) };
  });
}

/** Exits of 32 time slices in which the kernel writes so many entries of the directory in use. */
export function directoryRows(component: ShadowPaging, counts: readonly number[], slices = 32) {
  return counts.map((writes) => {
    const events = Array.from({ length: slices }, (_, i) => {
      const root = ROOTS[i % 2] as number;
      const stores = Array.from({ length: writes }, (_, n) =>
        store(`0:${root}`, 100 + n, entry(OWN[0], n % 2 ? "wu" : "")),
      );
      return [cr3(root), ...slice(), ...stores];
    });
    const input = twoProcesses(...events.flat());
    return { writes, yours: exitsOf(component, input), forgetful: forgetful(input) };
  });
}

/** Opens the lab: a guest that switches, and one that maps memory and gives it back. */
export function openingRows() {
  const pagers: PagerName[] = ["forgets at CR3", "keeps and traces"];
  const switches = { processes: 4, kilobytes: 32, rounds: 16 };
  const mappings = { iterations: 16, kilobytes: 64, touch: 1 };
  return pagers.flatMap((pager) => [
    {
      pager,
      workload: "a process switch",
      exits: guestRow(pager, "context-switch", switches).exits / (16 * 4),
    },
    {
      pager,
      workload: "a page mapped, used, unmapped",
      exits: guestRow(pager, "mmap", mappings).exits / (16 * 16),
    },
  ]);
}

/** What the walk by hand comes to. */
export function byHand(): string[] {
  const entries = {
    "1:0": entry(3, "wu"),
    "3:1": entry(8, "wu"),
    "3:2": entry(9, "u"),
    "3:3": entry(8, "wd"),
  };
  const accesses = [
    read("0:1", true),
    write("0:1", true),
    write("0:1", true),
    write("0:2", true),
    write("0:3"),
  ];
  return guestLines(world(entries, ...accesses));
}
