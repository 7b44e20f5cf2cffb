/** The bare processor over the whole space of conditions. */
import { expect, test } from "vitest";
import { ADDRESS, explore, NEEDED, PDPT, SPACES, type Subject } from "./access-space.ts";
import { board, control, raised } from "./board.ts";
import type { Access } from "./oracle.ts";

const WHOLE = process.env.RINGLAB_ACCESS === "whole";

function processor(): Subject {
  const b = board({}, 2 * NEEDED);
  const { mmu, view } = b;
  const run = ({ kind, implicit }: Access): number => {
    if (kind === "fetch") return mmu.fetch(ADDRESS);
    if (kind === "read") implicit ? mmu.systemRead32(ADDRESS) : mmu.read32(ADDRESS);
    else if (implicit) mmu.systemWrite32(ADDRESS, 1);
    else mmu.write32(ADDRESS, 1);
    return implicit ? mmu.systemDirect(ADDRESS, kind === "write") : mmu.direct(ADDRESS, kind === "write");
  };
  return {
    ...{ view, physicalBits: 40, origin: 0 },
    control(machine) {
      mmu.user = machine.user;
      mmu.ac = machine.ac;
      mmu.loadCr3(machine.format === "pae" ? PDPT : machine.root, 0);
      control(mmu, machine);
      return true;
    },
    write(at, low, high) {
      view.setUint32(at, low, true);
      if (high !== undefined) view.setUint32(at + 4, high, true);
      return true;
    },
    invalidate: () => mmu.invalidate(ADDRESS),
    access(access) {
      let physical = 0;
      const fault = raised(mmu, () => {
        physical = run(access);
      });
      return { error: fault?.error, physical };
    },
  };
}

test.each(Object.entries(SPACES))(
  "%s",
  (_name, space) => {
    const slice = WHOLE ? { of: 1, which: 0 } : { of: 6, which: 1 };
    const { cases, wrong } = explore(space, processor(), slice);
    if (WHOLE) console.log(`${cases} cases`);
    expect(wrong).toBeUndefined();
    expect(cases).toBeGreaterThan(500);
  },
  600_000,
);
