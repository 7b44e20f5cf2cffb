/** Hidden tests of lab 09: new tables, TLBs and slots, drawn against the ways to misread a clause. */

import type { NestedPaging } from "../../labs/09-nested-paging/component.ts";
import {
  drawFilling,
  drawFlush,
  drawLookup,
  drawNested,
  drawWalk,
} from "../../labs/09-nested-paging/drawn.ts";
import {
  FILL_SLIPS,
  type FillSlip,
  FLUSH_SLIPS,
  type FlushSlip,
  fillLines,
  flushLine,
  LOOKUP_SLIPS,
  type LookupSlip,
  lookupLine,
} from "../../labs/09-nested-paging/expected.ts";
import {
  NESTED_SLIPS,
  type NestedSlip,
  nestedLines,
  WALK_SLIPS,
  type WalkSlip,
  walkLines,
} from "../../labs/09-nested-paging/expected-walks.ts";
import { SCENARIOS } from "../../labs/09-nested-paging/scenarios.ts";
import { check, type Scenario } from "../../src/course/index.ts";
import type { HiddenTest } from "../run/kit.ts";
import { type Draw, drawCases, drawFor } from "./cases.ts";

/** The starter translates nothing, ignores all tags, drops everything and gives no memory: none of these tests is right about that alone. */
export const STARTER_POINTS = 0;

const COUNT = 12;

export function hidden(seed: number): HiddenTest<NestedPaging>[] {
  const nested = about(seed, "nested", SCENARIOS["nested-many"], drawNested, {
    slips: NESTED_SLIPS,
    answer: nestedLines,
  });
  const walk = about(seed, "walk", SCENARIOS["walk-many"], drawWalk, {
    slips: WALK_SLIPS,
    answer: walkLines,
  });
  const lookup = about(seed, "lookup", SCENARIOS["lookup-many"], drawLookup, {
    slips: LOOKUP_SLIPS,
    answer: lookupLine,
  });
  const flush = about(seed, "flush", SCENARIOS["flush-many"], drawFlush, {
    slips: FLUSH_SLIPS,
    answer: flushLine,
  });
  const fill = about(seed, "fill", SCENARIOS["fill-many"], drawFilling, {
    slips: FILL_SLIPS,
    answer: fillLines,
  });
  return [
    nested<NestedSlip>("C2", "holes of all kinds", ["what is not zero is there"]),
    nested<NestedSlip>("C3", "rights that cannot be", ["write-only will do", "execute-only will do"]),
    nested<NestedSlip>("C3", "pages that cannot be", ["level 4 has pages", "frames need not fit"]),
    nested<NestedSlip>("C3", "the first that is wrong decides", ["misconfigured at the end"]),
    nested<NestedSlip>("C4", "pages of all sizes", [
      "no large pages",
      "always sixteen words",
      "forgets the place in the page",
      "L at level 1 is wrong",
    ]),
    nested<NestedSlip>("C5", "rights of the whole way", [
      "only the last entry's rights",
      "rights of any entry",
      "nobody fetches",
      "stops where a right is missing",
    ]),
    walk<WalkSlip>("C6", "references in their order", [
      "the root is the host's",
      "tables are the host's",
      "the page is the host's",
      "no large pages in the guest",
    ]),
    walk<WalkSlip>("C7", "what the guest does not have", ["a hole is present"]),
    walk<WalkSlip>("C8", "who may what", [
      "users go everywhere",
      "the kernel writes everywhere",
      "only the guest's last entry",
    ]),
    walk<WalkSlip>("C8", "whose turn it is", [
      "translates before it looks at rights",
      "a refusal is not present",
    ]),
    walk<WalkSlip>("C9", "which way out", [
      "always final",
      "never final",
      "tables are accessed as the page is",
      "the page is read",
    ]),
    walk<WalkSlip>("C10", "what both say", [
      "the greater size",
      "the guest's size",
      "the host's size",
      "writable as the guest says",
      "writable as the host says",
    ]),
    lookup<LookupSlip>("C11", "tags", ["whose VPID", "whose PCID", "whose EPT"]),
    lookup<LookupSlip>("C11", "global pages", ["global is a PCID like others", "global everywhere"]),
    lookup<LookupSlip>("C11", "sizes and ends", ["sixteen words", "one word too many"]),
    flush<FlushSlip>("C12", "other page directories", [
      "cr3 drops globals",
      "cr3 drops every PCID",
      "cr3 drops every VPID",
      "cr3 never keeps",
    ]),
    flush<FlushSlip>("C13", "single pages, by the guest", [
      "invlpg keeps globals",
      "invlpg drops every PCID",
      "invlpg drops every VPID",
      "invlpg drops small pages only",
    ]),
    flush<FlushSlip>("C14", "virtual processors, in parts and whole", [
      "invvpid-address keeps globals",
      "invvpid-address drops every VPID",
      "invvpid-single keeps globals",
      "retaining retains nothing",
    ]),
    flush<FlushSlip>("C14", "all but the host", ["invvpid-all drops the host's"]),
    flush<FlushSlip>("C15", "nested tables", [
      "invept-single keeps globals",
      "invept-all drops the host's",
      "invept is invvpid",
    ]),
    fill<FillSlip>("C16", "devices and ROM", [
      "memory everywhere",
      "read-only slots are written",
      "emulates reads of read-only slots",
      "emulates fetches of read-only slots",
      "one word too many",
    ]),
    fill<FillSlip>("C17", "sizes", ["always sixteen words", "256 words at most", "level 4 has pages"]),
    fill<FillSlip>("C17", "slots that do not fit", [
      "beyond the slot's end",
      "before the slot's beginning",
      "the host's frame need not fit",
    ]),
    fill<FillSlip>("C17", "tables that are there", ["tables make room"]),
    fill<FillSlip>("C18", "bits of entries", [
      "read-only slots are mapped writable",
      "pages have no L",
      "L at level 1",
      "tables are read-only",
      "nobody fetches",
      "the host is the guest",
    ]),
  ];
}

/** Tests of one method. */
function about<T, A>(
  seed: number,
  part: string,
  scenario: Scenario<NestedPaging, readonly T[], A[]>,
  drawn: (draw: Draw) => T,
  { slips, answer }: { slips: readonly string[]; answer: (input: T, slip?: never) => A },
) {
  return <Slip extends string>(clause: string, name: string, shows: readonly Slip[]) => {
    const draw = drawFor(seed, `${part}: ${name}`);
    const { subjects, answers } = drawCases<T, A, string>(
      { slips, answer: (input, slip) => answer(input, slip as never) },
      { count: COUNT, draw: () => drawn(draw), shows, mayShow: slips },
      draw,
    );
    return check<NestedPaging, readonly T[], A[]>({
      ...{ part, clause, name, scenario, input: subjects, expected: answers },
    });
  };
}
