/** What lab 09 counts with the student's own component, in its small world of sixteen-word pages. */

import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Context, Entry, Flush, NestedPaging, Slot } from "./component.ts";
import { HostMemory, PAGE } from "./memory.ts";
import { fourByFour, slot } from "./situations.ts";

/** References of a walk with four guest levels. */
export function referenceRows(component: Pick<NestedPaging, "walk">) {
  return [0, 1, 2, 3, 4].map((levels) => {
    const { request, guest, ept, words } = fourByFour(levels);
    const memory = new HostMemory(words);
    const end = component.walk(request, guest, ept, memory);
    return { levels, references: memory.events.length, end: end.kind };
  });
}

const CAPACITY = 64;
const GUESTS: readonly Context[] = [
  { vpid: 1, pcid: 1, ept: 0x100 },
  { vpid: 2, pcid: 1, ept: 0x200 },
];
const SET = 24;
const ACCESSES = 6000;

/** Misses of two guests that take turns on one TLB of 64 entries, each with 24 pages; without tags every turn begins with an empty TLB. */
export function turnRows(component: Pick<NestedPaging, "lookup" | "flush">, turns: readonly number[]) {
  return turns.flatMap((turn) =>
    ["dropped at every turn", "kept, with tags"].map((translations) => {
      const drops = translations === "dropped at every turn";
      const generator = xoroshiro128plus(9);
      let tlb: Entry[] = [];
      let misses = 0;
      let foreign = 0;
      for (let at = 0; at < ACCESSES; at++) {
        const now = GUESTS[Math.floor(at / turn) % 2] as Context;
        if (drops && at % turn === 0) tlb = without(component, tlb, { kind: "invvpid-all" });
        const linear = PAGE * uniformInt(generator, 0, SET - 1);
        const found = component.lookup(tlb, linear, now);
        if (found !== null) {
          if (tlb[found]?.vpid !== now.vpid) foreign++;
          continue;
        }
        misses++;
        tlb = [
          ...tlb.slice(tlb.length < CAPACITY ? 0 : 1),
          { page: linear, size: PAGE, global: false, ...now },
        ];
      }
      const share = (count: number) => Math.round((1000 * count) / ACCESSES) / 10;
      return { turn, translations, misses: share(misses), "the other guest's page": share(foreign) };
    }),
  );
}

function without(component: Pick<NestedPaging, "flush">, tlb: Entry[], what: Flush): Entry[] {
  const gone = component.flush(tlb, what);
  return tlb.filter((_, index) => !gone.includes(index));
}

/** The same memory at two places in the host, touched from end to end: violations until the guest has all of it. */
export function bootRows(component: Pick<NestedPaging, "nestedWalk" | "onViolation">) {
  const places: [place: string, memory: Slot][] = [
    ["8000h", slot(0, 0x4000, 0x8000)],
    ["8100h", slot(0, 0x4000, 0x8100)],
    ["8110h", slot(0, 0x4000, 0x8110)],
  ];
  return places.map(([place, memory]) => {
    const host = new HostMemory({}, 0x100);
    const ept = { root: 0x10, levels: 4 };
    let violations = 0;
    let given = 0;
    for (let gpa = 0; gpa < memory.words; gpa += PAGE) {
      if (component.nestedWalk(gpa, "write", ept, host).kind === "violation") {
        violations++;
        component.onViolation(gpa, "write", ept, [memory], host);
      }
      const end = component.nestedWalk(gpa, "write", ept, host);
      if (end.kind === "page" && end.hpa === memory.hpa + gpa) given += PAGE;
    }
    return { "the host's place": place, violations, "tables taken": host.taken, "words given": given };
  });
}
