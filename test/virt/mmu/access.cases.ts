/**
 * The whole space of conditions (test/machine/mmu/access-space.ts) under a pager. In `npm test` it is a slice;
 * RINGLAB_ACCESS=whole npx vitest run test/virt/mmu/access is all of it: 4,276,800 cases for each pager, each accessed twice.
 */
import { describe, expect, test } from "vitest";
import type { PagerFactory } from "../../../src/virt/mmu/pager.ts";
import { ADDRESS, explore, NEEDED, PDPT, SPACES, type Subject } from "../../machine/mmu/access-space.ts";
import { PROFILE } from "../../machine/mmu/board.ts";
import type { Access, Machine } from "../../machine/mmu/oracle.ts";
import { Rig } from "./rig.ts";

const WHOLE = process.env.RINGLAB_ACCESS === "whole";
/** A prime: no bit of a case is the same in all of the slice. */
const OF = 521;
/** The host's address of guest-physical 0 is one of a large page. */
const RESERVE = 0x400000;

/** What guest-walk.ts leaves to V: P's error code does not tell SMAP from AC, nor do shadows tell supervisor's writes from others. */
const doubtful = ({ smap, smep, ac, writeProtect }: Machine, { kind }: Access) =>
  (smap && (ac || kind === "fetch")) || (kind === "write" && !writeProtect && (smap || smep));

/** `agile`: P has WP on the guest's own tables as well, so that V writes what a supervisor may write without it. */
function under(factory: PagerFactory, agile: boolean): Subject {
  const rig = new Rig(factory, { memory: NEEDED, reserve: RESERVE, area: false });
  return {
    ...{ view: rig.view, physicalBits: PROFILE.physicalBits, origin: 0 },
    control(machine: Machine) {
      // PAE's PDPT must be right when the mode is entered: CR3 first.
      rig.control({ format: "none" });
      rig.load(machine.format === "pae" ? PDPT : machine.root);
      rig.control(machine);
      return true;
    },
    write(at: number, low: number, high: number | undefined) {
      rig.dma(at, low, high);
      return true;
    },
    invalidate: () => rig.invalidate(ADDRESS),
    access({ kind, implicit }: Access, machine: Machine) {
      const { user, ac } = machine;
      const lifted = agile && kind === "write" && !machine.writeProtect;
      const known = lifted || doubtful(machine, { kind, implicit });
      const result = rig.access(ADDRESS, { kind, implicit, user, ac, value: 1 });
      if (result.by === "V" && result.error === undefined && !known)
        throw new Error(`V carried out what P can: ${JSON.stringify({ machine, kind, implicit })}`);
      return { error: result.error, physical: result.physical ?? 0 };
    },
  };
}

/** The spaces with names that `which` picks; all unless said. */
export function accessCasesOf(name: string, make: () => Subject, which = (_space: string) => true): void {
  describe(name, () => {
    test.each(Object.entries(SPACES).filter(([space]) => which(space)))(
      "%s",
      (_space, space) => {
        const { cases, wrong } = explore(space, make(), WHOLE ? { of: 1, which: 0 } : { of: OF, which: 7 });
        if (WHOLE) console.log(`${cases} cases`);
        expect(wrong).toBeUndefined();
        expect(cases).toBeGreaterThan(5);
      },
      1_200_000,
    );
  });
}

export function accessCases(name: string, factory: PagerFactory, { agile = false } = {}): void {
  accessCasesOf(name, () => under(factory, agile));
}
