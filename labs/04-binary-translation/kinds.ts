/** What each kind of fragments is about: for unseen seeds and for the hidden tests. */
import { type Draw, KINDS, type PartName } from "./fragments.ts";
import type { Counts } from "./play.ts";
import { type Fragment, METHODS } from "./scenarios.ts";

type About = readonly [kind: string, clause: string, counting?: readonly (keyof Counts)[]];

const ABOUT: Readonly<Record<PartName, readonly About[]>> = {
  branches: [
    ["jumps", "C2"],
    ["conditions", "C2"],
    ["loops", "C2"],
    ["calls", "C3"],
    ["indirect calls and jumps", "C3"],
  ],
  sensitive: [
    ["flags", "C4", ["emulate", "traps"]],
    ["selectors", "C4", ["emulate", "traps"]],
    ["tables and status", "C4"],
    ["what has to go to the monitor", "C4"],
    ["privileged instructions", "C5", ["traps"]],
    ["all kinds together", "C1"],
  ],
  interrupts: [
    ["behind STI", "C6"],
    ["between STI and CLI", "C6"],
    ["a processor that sleeps", "C6"],
    ["behind a branch", "C6"],
    ["in a loop", "C6"],
  ],
  chain: [
    ["loops", "C7", ["branch"]],
    ["branches", "C7", ["branch"]],
    ["calls", "C7", ["branch"]],
    ["long ways", "C7", ["branch"]],
    ["a timer that interrupts", "C8", ["branch"]],
  ],
  invalidate: [
    ["a byte in the middle", "C9", ["blocks"]],
    ["the first and the last byte", "C9", ["blocks"]],
    ["two blocks at once", "C9", ["blocks"]],
    ["code that stays", "C9", ["blocks"]],
    ["branches that lead there", "C10", ["blocks"]],
    ["a function that two others call", "C10", ["blocks"]],
  ],
};

export interface Kind {
  readonly part: PartName;
  readonly name: string;
  readonly clause: string;
  draw(draw: Draw): Fragment;
}

/** In the order of the lab's steps. */
export const ALL_KINDS: readonly Kind[] = (Object.keys(ABOUT) as PartName[]).flatMap((part) =>
  ABOUT[part].map(([name, clause, counting]) => {
    const make = (KINDS[part] as Readonly<Record<string, (draw: Draw) => string>>)[name]!;
    return {
      ...{ part, name, clause },
      draw: (draw: Draw) => ({ program: make(draw), part: METHODS[part], ...(counting && { counting }) }),
    };
  }),
);
