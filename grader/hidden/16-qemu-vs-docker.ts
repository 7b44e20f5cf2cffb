/** Hidden tests of lab 16: new plans, records, samples and runs, drawn against the ways to misread a clause. */
import type { Comparison } from "../../labs/16-qemu-vs-docker/component.ts";
import {
  drawClear,
  drawCpu,
  drawFiles,
  drawOrders,
  drawPair,
  drawPlanning,
  drawRecorded,
  drawSamples,
  drawTroubled,
} from "../../labs/16-qemu-vs-docker/drawn.ts";
import { exactEnds, worthOfEnds } from "../../labs/16-qemu-vs-docker/exact.ts";
import {
  expectedOrders,
  expectedRatio,
  expectedRefusal,
  expectedRounds,
  expectedSeeds,
  expectedSummary,
  REFUSAL_SLIPS,
  type RefusalSlip,
  SUMMARY_SLIPS,
  type SummarySlip,
  worthOfOrders,
} from "../../labs/16-qemu-vs-docker/expected.ts";
import {
  expectedSuspicions,
  SUSPICION_SLIPS,
  type SuspicionSlip,
} from "../../labs/16-qemu-vs-docker/expected-suspicions.ts";
import {
  type Ends,
  type Judged,
  type Pair,
  type Planning,
  type Recorded,
  type Samples,
  SCENARIOS,
} from "../../labs/16-qemu-vs-docker/scenarios.ts";
import { check } from "../../src/course/index.ts";
import type { HiddenTest } from "../run/kit.ts";
import { type Draw, drawCases, drawFor, one } from "./cases.ts";

/** The starter runs one place after the other, averages everything, and believes and compares everything. */
export const STARTER_POINTS = 0;

const COUNT = 12;

export function hidden(seed: number): HiddenTest<Comparison>[] {
  return [
    rounds(seed, "C1", "every place in every round", 0),
    rounds(seed, "C2", "warm-ups first", 2),
    orders(seed),
    seeds(seed),
    summary(seed, "C5", "warm-ups and failures", ["counts warm-ups", "counts what failed"]),
    summary(seed, "C6", "lines that replace others", [
      "keeps the first line",
      "keeps what was done before it failed",
    ]),
    summary(seed, "C7", "what was not measured", ["absent is zero", "leaves out what is absent"]),
    summary(seed, "C8", "spread", ["divides by the count", "a single value has no spread at all"]),
    ratio(seed),
    ends(seed, "C10", "drawn again", [5, 5]),
    ends(seed, "C11", "more above than below", [6, 5]),
    coverage(seed),
    verdicts(seed),
    refusal(seed, "C13", "versions", ["what is unknown is alike", "versions alone by their first number"]),
    refusal(seed, "C13", "options", ["the kind and its first option"]),
    refusal(seed, "C14", "resources and durations", ["processors alone", "seconds do not matter"]),
    refusal(seed, "C15", "page caches", ["the same cache for all", "drops do not fail"]),
    refusal(seed, "C16", "too few", ["what failed is there", "one is enough", "only the other is looked at"]),
    refusal(seed, "C17", "latencies", ["averages lie where they like", "no latency is too long"]),
    refusal(seed, "C17", "totals and rates", ["no events are fine", "totals are rates"]),
    suspicion(seed, "C19", "work that does nothing", drawCpu, [
      ...(["near limits are far", "over all scenarios", "any two alike"] as const),
    ]),
    suspicion(seed, "C20", "who is emulated", drawCpu, [
      ...(["emulators are emulated", "any case of the host", "containers are emulated"] as const),
    ]),
    suspicion(seed, "C21", "who shares", drawTroubled, ["the average load", "pressure does not matter"]),
    suspicion(seed, "C22", "files in memory", drawFiles, [
      ...(["dropped is warm", "direct is cached", "the target's memory for the host"] as const),
      "once the memory",
    ]),
    suspicion(seed, "C22", "more memory", drawFiles, ["more memory is no matter", "jumps of other targets"]),
    suspicion(seed, "C23", "who stands alone", drawTroubled, [
      ...(["only the first one", "many are outliers", "two are enough", "around the mean of all"] as const),
    ]),
    suspicion(seed, "C18", "what failed", drawTroubled, ["what failed counts", "what failed has shared"]),
  ];
}

type Test = HiddenTest<Comparison>;

const many = <T>(draw: () => T, count = COUNT): T[] => Array.from({ length: count }, draw);

function rounds(seed: number, clause: string, name: string, warmups: number): Test {
  const draw = drawFor(seed, `plan: ${name}`);
  const input = many(() => drawPlanning(draw, warmups && 1 + draw(warmups)));
  return check<Comparison, readonly Planning[], string[][]>({
    ...{ part: "plan", clause, name, input, scenario: SCENARIOS["rounds-many"] },
    expected: input.map(expectedRounds),
  });
}

function orders(seed: number): Test {
  const name = "orders of many rounds";
  const input = drawOrders(drawFor(seed, `plan: ${name}`), 900);
  return check<Comparison, Planning, Record<string, number>>({
    ...{ part: "plan", clause: "C3", name, input, scenario: SCENARIOS.orders },
    expected: expectedOrders(input),
    worth: (actual) => worthOfOrders(actual, input),
  });
}

function seeds(seed: number): Test {
  const name = "the same seed, and the next one";
  const input = { ...drawOrders(drawFor(seed, `plan: ${name}`), 20), warmups: 1 };
  return check<Comparison, Planning, string[]>({
    ...{ part: "plan", clause: "C4", name, input, scenario: SCENARIOS.seeds },
    expected: expectedSeeds(input),
  });
}

function summary(seed: number, clause: string, name: string, shows: readonly SummarySlip[]): Test {
  const draw = drawFor(seed, `summarize: ${name}`);
  const { subjects, answers } = drawCases<Recorded, string, SummarySlip>(
    { slips: SUMMARY_SLIPS, answer: expectedSummary },
    { count: COUNT, draw: () => drawRecorded(draw), shows, mayShow: SUMMARY_SLIPS },
    draw,
  );
  return check<Comparison, readonly Recorded[], string[]>({
    ...{ part: "summarize", clause, name, input: subjects, scenario: SCENARIOS["summary-many"] },
    expected: answers,
  });
}

/** Samples that wander enough for a mean of ratios, a median or a sum to be another figure. */
function ratio(seed: number): Test {
  const name = "means and their ratio";
  const draw = drawFor(seed, `effect: ${name}`);
  const sizes = many(() =>
    one(draw, [
      [5, 3],
      [3, 5],
      [4, 4],
      [2, 5],
      [1, 4],
      [5, 1],
    ]),
  );
  const input = sizes.map((size) => ({
    ...drawSamples(draw, one(draw, [0.15, 0.8, 1, 1.2, 7]), 0.3, size),
    resamples: 100,
  }));
  return check<Comparison, readonly Samples[], string[]>({
    ...{ part: "effect", clause: "C9", name, input, scenario: SCENARIOS["ratio-many"] },
    expected: input.map(expectedRatio),
  });
}

function ends(seed: number, clause: string, name: string, sizes: number[]): Test {
  const draw = drawFor(seed, `effect: ${name}`);
  const input = many(() => drawSamples(draw, one(draw, [0.15, 0.9, 1, 1.3]), 0.12, sizes), 6);
  const exact = input.map(exactEnds);
  return check<Comparison, readonly Samples[], (Ends | string)[]>({
    ...{ part: "effect", clause, name, input, scenario: SCENARIOS["interval-many"] },
    expected: exact,
    worth: (actual) => (exact.every((wanted, at) => worthOfEnds(actual[at]!, wanted) === 1) ? 1 : 0),
  });
}

/** Experiments whose truth is known here and nowhere else: how many intervals hold it? */
const EXPERIMENTS = 200;
/** Of a right one 0.93 … 0.95 do (see test/labs); four standard deviations to each side. */
const HELD = [0.87, 0.995] as const;

function coverage(seed: number): Test {
  const name = "how often the truth is within";
  const draw = drawFor(seed, `effect: ${name}`);
  const truth = 1.25;
  const input = many(() => ({ ...drawSamples(draw, truth, 0.05), resamples: 500 }), EXPERIMENTS);
  return check<Comparison, readonly Samples[], (Ends | string)[]>({
    ...{ part: "effect", clause: "C11", name, input, scenario: SCENARIOS["interval-many"] },
    expected: `${truth} in about 95 of 100`,
    worth(actual) {
      const held = actual.filter((one) => typeof one === "object" && one.low <= truth && truth <= one.high);
      const share = held.length / EXPERIMENTS;
      return HELD[0] <= share && share <= HELD[1] ? 1 : 0;
    },
  });
}

/** Some differ much and wander more, some differ little and stand still. */
function verdicts(seed: number): Test {
  const name = "more, fewer, or nothing detected";
  const draw = drawFor(seed, `effect: ${name}`);
  const kinds = ["more", "fewer", "no difference detected"] as const;
  const chosen = many(() => kinds.map((kind) => drawClear(draw, kind)), 4).flat();
  return check<Comparison, readonly Samples[], string[]>({
    ...{ part: "effect", clause: "C12", name, input: chosen.map(({ samples }) => samples) },
    ...{ scenario: SCENARIOS["verdict-many"], expected: chosen.map(({ verdict }) => verdict) },
  });
}

function refusal(seed: number, clause: string, name: string, shows: readonly RefusalSlip[]): Test {
  const draw = drawFor(seed, `refuse: ${name}`);
  const { subjects, answers } = drawCases<Pair, string[], RefusalSlip>(
    { slips: REFUSAL_SLIPS, answer: expectedRefusal },
    { count: COUNT, draw: () => drawPair(draw), shows, mayShow: REFUSAL_SLIPS },
    draw,
  );
  return check<Comparison, readonly Pair[], string[][]>({
    ...{ part: "refuse", clause, name, input: subjects, scenario: SCENARIOS["refusal-many"] },
    expected: answers,
  });
}

function suspicion(
  seed: number,
  clause: string,
  name: string,
  drawRun: (draw: Draw) => Judged,
  shows: readonly SuspicionSlip[],
): Test {
  const draw = drawFor(seed, `suspect: ${name}`);
  const { subjects, answers } = drawCases<Judged, string[], SuspicionSlip>(
    { slips: SUSPICION_SLIPS, answer: expectedSuspicions },
    { count: COUNT, draw: () => drawRun(draw), shows, mayShow: SUSPICION_SLIPS },
    draw,
  );
  return check<Comparison, readonly Judged[], string[][]>({
    ...{ part: "suspect", clause, name, input: subjects, scenario: SCENARIOS["suspicions-many"] },
    expected: answers,
  });
}
