/** Hidden tests of lab 07: new tables, TLBs and memories, drawn against the ways to misread a clause. */
import type { PagingAndTlb } from "../../labs/07-paging-and-tlb/component.ts";
import {
  drawFlush,
  drawLookup,
  drawRoom,
  drawSet,
  drawStream,
  drawWalk,
  type WalkKind,
} from "../../labs/07-paging-and-tlb/drawn.ts";
import {
  flushLine,
  lookupLine,
  PLACE_SLIPS,
  type PlaceSlip,
  placeLine,
  RIGHT_SLIPS,
  streamLines,
  TLB_SLIPS,
  type TlbSlip,
  victimLine,
  WALK_SLIPS,
  type WalkSlip,
  walkLines,
} from "../../labs/07-paging-and-tlb/expected.ts";
import { type Room, SCENARIOS, type WalkCase } from "../../labs/07-paging-and-tlb/scenarios.ts";
import { check } from "../../src/course/index.ts";
import type { HiddenTest } from "../run/kit.ts";
import { type Draw, drawCases, drawFor } from "./cases.ts";

/** One level and no marks: the starter walks none of these. */
export const STARTER_POINTS = 0;

const COUNT = 10;
const WALKS = [...WALK_SLIPS, ...RIGHT_SLIPS];

export function hidden(seed: number): HiddenTest<PagingAndTlb>[] {
  const open = { rarity: 1000, accesses: 1 };
  return [
    walks(seed, "walk", "C1", "small tables", { ...open, formats: ["small"], large: 1000 }, [
      "root's index last",
    ]),
    walks(seed, "walk", "C1", "wide addresses", { ...open, formats: ["IA-32e"], large: 1000 }, [
      "thirty-two bits",
    ]),
    walks(seed, "walk", "C2", "what is not there", { formats: ["small", "IA-32"], rarity: 3 }, [
      "absent is protection",
    ]),
    walks(seed, "walk", "C3", "large pages", { ...open, large: 2 }, [
      "never large",
      "small offset",
      "keeps low bits",
    ]),
    walks(seed, "rights", "C4", "who may", { rarity: 3 }, [
      ...(["leaf decides", "tables decide", "user gets everything", "U is the user's alone"] as const),
    ]),
    walks(seed, "rights", "C4", "the supervisor's writes", { rarity: 3 }, [
      "supervisor writes anything",
      "stops at protection",
    ]),
    walks(seed, "rights", "C5", "error codes", { rarity: 3 }, [
      "protection looks absent",
      "no write bit",
      "no user bit",
    ]),
    walks(seed, "rights", "C6", "marks", {}, [
      "tables unmarked",
      "no dirty bit",
      "dirty when read",
      "dirty tables",
    ]),
    walks(seed, "rights", "C6", "marks of what is refused", { rarity: 3 }, ["marks what is refused"]),
    walks(seed, "rights", "C7", "once each", {}, ["always writes", "reads twice"]),
    tlbs(seed, "lookup", "C8", "valid, and of the space", SCENARIOS["lookup-many"], drawLookup, lookupLine, [
      ...(["invalid hits", "any space"] as const),
    ]),
    tlbs(seed, "lookup", "C8", "global pages", SCENARIOS["lookup-many"], drawLookup, lookupLine, [
      ...(["global is not special", "only global"] as const),
    ]),
    tlbs(seed, "lookup", "C8", "pages of all sizes", SCENARIOS["lookup-many"], drawLookup, lookupLine, [
      "small pages only",
    ]),
    tlbs(
      seed,
      "replace",
      "C9",
      "free ways",
      SCENARIOS["victim-many"],
      (draw) => drawSet(draw, false),
      victimLine,
      [...(["evicts valid ones", "last free way"] as const)],
    ),
    tlbs(
      seed,
      "replace",
      "C10",
      "full sets",
      SCENARIOS["victim-many"],
      (draw) => drawSet(draw, true),
      victimLine,
      [...(["most recent", "first way"] as const)],
    ),
    tlbs(
      seed,
      "replace",
      "C11",
      "pages that end",
      SCENARIOS["flush-many"],
      (draw) => drawFlush(draw, ["page"]),
      flushLine,
      [...(["page spares global", "page in every space", "page by number"] as const)],
    ),
    tlbs(
      seed,
      "replace",
      "C12",
      "spaces that end",
      SCENARIOS["flush-many"],
      (draw) => drawFlush(draw, ["space", "all"]),
      flushLine,
      [...(["space takes global", "all spares global"] as const)],
    ),
    tlbs(
      seed,
      "replace",
      "C13",
      "what is named",
      SCENARIOS["flush-many"],
      (draw) => drawFlush(draw),
      flushLine,
      ["names what is not valid"],
    ),
    streams(seed),
    places(
      seed,
      "C14",
      "holes everywhere",
      ["first", "best", "worst"],
      [
        ...([
          "partitions in order",
          "forgets the end",
          "forgets the beginning",
          "exact is too small",
          "upper end",
        ] as const),
      ],
    ),
    places(seed, "C15", "the smallest that will do", ["best"], ["best is first", "best is worst"]),
    places(seed, "C15", "the largest", ["worst"], ["worst is first", "later of equals"]),
  ];
}

function walks(
  seed: number,
  part: string,
  clause: string,
  name: string,
  kind: Partial<WalkKind>,
  shows: readonly WalkSlip[],
) {
  const draw = drawFor(seed, `${part}: ${name}`);
  const { subjects, answers } = drawCases<WalkCase, string[], WalkSlip>(
    { slips: WALKS, answer: walkLines },
    { count: COUNT, draw: () => drawWalk(draw, kind), shows, mayShow: WALKS },
    draw,
  );
  return check<PagingAndTlb, readonly WalkCase[], string[][]>({
    ...{ part, clause, name, input: subjects, scenario: SCENARIOS["walk-many"], expected: answers },
  });
}

function tlbs<T>(
  seed: number,
  part: string,
  clause: string,
  name: string,
  // biome-ignore lint/suspicious/noExplicitAny: scenarios of three kinds of question, each with its own input
  scenario: any,
  next: (draw: Draw) => T,
  answer: (subject: T, slip?: TlbSlip) => string,
  shows: readonly TlbSlip[],
) {
  const draw = drawFor(seed, `${part}: ${name}`);
  const { subjects, answers } = drawCases<T, string, TlbSlip>(
    { slips: TLB_SLIPS, answer },
    { count: COUNT, draw: () => next(draw), shows, mayShow: TLB_SLIPS },
    draw,
  );
  return check<PagingAndTlb, readonly T[], string[]>({
    ...{ part, clause, name, input: subjects, scenario, expected: answers },
  });
}

function streams(seed: number) {
  const name = "streams, from beginning to end";
  const draw = drawFor(seed, name);
  const input = Array.from({ length: COUNT }, () => drawStream(draw, 40));
  return check({
    ...{ part: "replace", clause: "C10", name, input, scenario: SCENARIOS["stream-many"] },
    expected: input.map((one) => streamLines(one)),
  });
}

function places(
  seed: number,
  clause: string,
  name: string,
  fits: readonly Room["fit"][],
  shows: readonly PlaceSlip[],
) {
  const draw = drawFor(seed, `segments: ${name}`);
  const { subjects, answers } = drawCases<Room, string, PlaceSlip>(
    { slips: PLACE_SLIPS, answer: placeLine },
    { count: COUNT, draw: () => drawRoom(draw, fits), shows, mayShow: PLACE_SLIPS },
    draw,
  );
  return check<PagingAndTlb, readonly Room[], string[]>({
    ...{
      part: "segments",
      clause,
      name,
      input: subjects,
      scenario: SCENARIOS["place-many"],
      expected: answers,
    },
  });
}
