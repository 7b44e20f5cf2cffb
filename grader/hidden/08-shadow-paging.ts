/** Hidden tests of lab 08: new guests, drawn against the ways to misread a clause. */
import type { ShadowPaging } from "../../labs/08-shadow-paging/component.ts";
import { drawWorld, type Wishes } from "../../labs/08-shadow-paging/drawn.ts";
import { guestLines, SLIPS, type Slip } from "../../labs/08-shadow-paging/expected.ts";
import { SCENARIOS } from "../../labs/08-shadow-paging/scenarios.ts";
import type { World } from "../../labs/08-shadow-paging/world.ts";
import { check } from "../../src/course/index.ts";
import type { HiddenTest } from "../run/kit.ts";
import { drawCases, drawFor } from "./cases.ts";

/** The starter fills nothing in. */
export const STARTER_POINTS = 0;

const COUNT = 8;
const STILL: Wishes = { stores: false, switches: false };
const ONE_SPACE: Wishes = { switches: false };

export function hidden(seed: number): HiddenTest<ShadowPaging>[] {
  return [
    guests(seed, "fault", "C1", "what is not there", STILL, [
      "forgets whether it was a write",
      "forgets whether it was the user",
    ]),
    guests(seed, "fault", "C2", "what is not permitted", STILL, [
      "never says that it was present",
      "the page alone decides",
    ]),
    guests(seed, "fault", "C3", "what is marked", STILL, ["marks nothing", "never marks dirty"]),
    guests(seed, "fault", "C3", "and when", STILL, ["marks before it permits", "marks the directory last"]),
    guests(seed, "fault", "C4", "rights and dirty pages", STILL, [
      "writable before it is dirty",
      "the page's rights in the directory",
      "the directory permits everything",
    ]),
    guests(seed, "fault", "C5", "devices", STILL, ["emulates no device"]),
    guests(seed, "trace", "C6", "tables are not writable", ONE_SPACE, [
      "new tables stay writable",
      "maps tables writable",
    ]),
    guests(seed, "trace", "C7", "directories that are written to", ONE_SPACE, [
      "lets directories go",
      "emulates nothing",
    ]),
    guests(seed, "trace", "C8", "shadows that follow", ONE_SPACE, [
      "never follows",
      "follows what was not accessed",
    ]),
    guests(seed, "trace", "C8", "links that are no more", ONE_SPACE, ["old links stay"]),
    guests(seed, "spaces", "C9", "there and back again", { stores: false }, ["empties at CR3"]),
    guests(seed, "spaces", "C9", "processes that write to their tables", {}, ["empties at CR3"]),
    guests(seed, "unsync", "C10", "page tables that are written to", ONE_SPACE, ["emulates page tables"]),
    guests(seed, "unsync", "C11", "CR3 after that", {}, ["never syncs at CR3", "syncs without a trace"]),
    guests(seed, "unsync", "C12", "INVLPG after that", ONE_SPACE, [
      "never rereads at INVLPG",
      "syncs all at INVLPG",
    ]),
    guests(seed, "unsync", "C13", "new places for old tables", ONE_SPACE, ["links what is old"]),
  ];
}

function guests(
  seed: number,
  part: string,
  clause: string,
  name: string,
  wishes: Wishes,
  shows: readonly Slip[],
) {
  const draw = drawFor(seed, `${part}: ${name}`);
  const { subjects, answers } = drawCases<World, string[], Slip>(
    { slips: SLIPS, answer: guestLines },
    { count: COUNT, draw: () => drawWorld(draw, { events: 10 + draw(8), ...wishes }), shows, mayShow: SLIPS },
    draw,
  );
  return check<ShadowPaging, readonly World[], string[][]>({
    ...{ part, clause, name, input: subjects, scenario: SCENARIOS["guest-many"] },
    expected: answers,
  });
}
