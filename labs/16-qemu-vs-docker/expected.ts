/** What is right about plans, lines and single cells, as naively as it can be said; not the reference solution. With a slip: what somebody says who misread a clause. */
import type { Cell, Line, Reason } from "./component.ts";
import { digits, type Pair, type Planning, type Recorded, type Samples } from "./scenarios.ts";
import { placeText } from "./words.ts";

/** The lines that the scenario `rounds` shows of any right plan. */
export function expectedRounds({ places, warmups, repetitions }: Planning): string[] {
  const kinds = [
    ...Array.from({ length: warmups }, (_, at) => `warm-up ${at}`),
    ...Array.from({ length: repetitions }, (_, at) => `repetition ${at}`),
  ];
  return kinds.map((kind, round) => {
    const texts = places.map((place) => `${placeText(place)}: ${kind}`);
    return `round ${round + 1}: ${texts.sort().join("; ")}`;
  });
}

export const expectedSeeds = ({ seed }: Planning): string[] => [
  `seed ${seed} again: the same plan`,
  `seed ${seed + 1}: another plan`,
];

/** How far counts of six orders may be from equal: χ² with five degrees of freedom is above this once in a million. */
const FAR = 36;

/** 1 where each of the orders came about equally often. */
export function worthOfOrders(actual: Record<string, number>, { places, repetitions }: Planning): number {
  const orders = permutations(places.map(({ target }) => target[0]!)).map((order) => order.join(""));
  const each = repetitions / orders.length;
  if (Object.keys(actual).some((order) => !orders.includes(order))) return 0;
  const distance = orders.reduce((sum, order) => sum + ((actual[order] ?? 0) - each) ** 2 / each, 0);
  return distance < FAR ? 1 : 0;
}

export const expectedOrders = ({ places, repetitions }: Planning): Record<string, string> =>
  Object.fromEntries(
    permutations(places.map(({ target }) => target[0]!)).map((order, _, all) => [
      order.join(""),
      `about ${Math.round(repetitions / all.length)}`,
    ]),
  );

const permutations = (letters: readonly string[]): string[][] =>
  letters.length < 2
    ? [[...letters]]
    : letters.flatMap((first, at) =>
        permutations(letters.filter((_, other) => other !== at)).map((rest) => [first, ...rest]),
      );

export const SUMMARY_SLIPS = [
  "counts warm-ups",
  "counts what failed",
  "keeps the first line",
  "keeps what was done before it failed",
  "absent is zero",
  "leaves out what is absent",
  "divides by the count",
  "a single value has no spread at all",
] as const;
export type SummarySlip = (typeof SUMMARY_SLIPS)[number];

/** The line that the scenario `summary` shows. */
export function expectedSummary({ lines, measure }: Recorded, slip?: SummarySlip): string {
  const is = (one: SummarySlip) => slip === one;
  const same = (a: Line, b: Line) => a.index === b.index && a.warmup === b.warmup;
  const possible = lines.filter(
    ({ outcome }) => outcome === "done" || !is("keeps what was done before it failed"),
  );
  const counted = possible.filter((one, at) => {
    const others = is("keeps the first line") ? possible.slice(0, at) : possible.slice(at + 1);
    if (others.some((other) => same(one, other))) return false;
    if (one.warmup && !is("counts warm-ups")) return false;
    return one.outcome === "done" || is("counts what failed");
  });
  let values = counted.map(
    ({ metrics, outcome }) => metrics[measure] ?? (outcome === "failed" ? 0 : undefined),
  );
  if (is("absent is zero")) values = values.map((value) => value ?? 0);
  if (is("leaves out what is absent")) values = values.filter((value) => value !== undefined);
  if (values.length === 0 || values.includes(undefined)) return "nothing to average";
  const found = values as number[];
  const mean = found.reduce((a, b) => a + b) / found.length;
  // The mean square of all differences, which knows of no mean: another way to the same number.
  const squares = found.flatMap((a) => found.map((b) => (a - b) ** 2)).reduce((a, b) => a + b);
  const divisor = 2 * found.length * (is("divides by the count") ? found.length : found.length - 1);
  const alone = is("a single value has no spread at all") ? "0" : "none";
  const std = found.length === 1 ? alone : digits(Math.sqrt(squares / divisor));
  const sorted = found.toSorted((a, b) => a - b);
  return `${found.length} values, mean ${digits(mean)}, min ${digits(sorted[0]!)}, max ${digits(sorted.at(-1)!)}, std ${std}`;
}

/** The line that the scenario `ratio` shows. */
export function expectedRatio({ above, below }: Samples): string {
  if (Math.min(above.length, below.length) < 2) return "no effect";
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b);
  return `ratio ${digits((sum(above) * below.length) / (sum(below) * above.length))}`;
}

export const REFUSAL_SLIPS = [
  "what is unknown is alike",
  "versions alone by their first number",
  "the kind and its first option",
  "processors alone",
  "seconds do not matter",
  "the same cache for all",
  "drops do not fail",
  "what failed is there",
  "one is enough",
  "no events are fine",
  "averages lie where they like",
  "no latency is too long",
  "totals are rates",
  "only the other is looked at",
] as const;
export type RefusalSlip = (typeof REFUSAL_SLIPS)[number];

/** The lines that the scenario `refusal` shows. */
export function expectedRefusal({ other, base }: Pair, slip?: RefusalSlip): string[] {
  const is = (one: RefusalSlip) => slip === one;
  const major = (version: string | undefined) =>
    is("versions alone by their first number") ? version?.split(".")[0] : version;
  const [a, b] = [major(other.target.sysbench), major(base.target.sysbench)];
  const unknown = (a === undefined || b === undefined) && !is("what is unknown is alike");
  const resources = ({ scenario: { resources: has } }: Cell) =>
    is("processors alone") ? `${has.processors}` : `${has.processors} ${has.memory}`;
  const work = ({ case: { workload } }: Cell) =>
    Object.entries(workload)
      .slice(0, is("the kind and its first option") ? 2 : undefined)
      .sort(([one], [two]) => (one < two ? -1 : 1))
      .join(" ");
  const cache = other.scenario.pageCache !== base.scenario.pageCache && !is("the same cache for all");
  const table: [Reason, boolean][] = [
    ["versions", unknown || a !== b],
    ["workload", work(other) !== work(base)],
    ["resources", resources(other) !== resources(base)],
    ["duration", other.scenario.seconds !== base.scenario.seconds && !is("seconds do not matter")],
    ["page cache", cache],
    ...(is("only the other is looked at") ? [other] : [other, base]).flatMap((one) => ofCell(one, slip)),
  ];
  return [...new Set(table.filter(([, holds]) => holds).map(([reason]) => reason))].sort();
}

function ofCell(cell: Cell, slip?: RefusalSlip): [Reason, boolean][] {
  const is = (one: RefusalSlip) => slip === one;
  const done = cell.repetitions.filter(({ outcome }) => outcome === "done");
  const there = is("what failed is there") ? cell.repetitions.length : done.length;
  const undropped = done.some(({ pageCache }) => pageCache === "drop failed");
  return [
    ["page cache", undropped && cell.case.workload.kind === "fileio" && !is("drops do not fail")],
    ["missing", there < cell.planned],
    ["single", there === 1 && cell.planned === 1 && !is("one is enough")],
    ["implausible", done.some((one) => cannotBe(one, slip))],
  ];
}

function cannotBe({ metrics }: Line, slip?: RefusalSlip): boolean {
  const is = (one: RefusalSlip) => slip === one;
  const { totalEvents, seconds, eventsPerSecond, latency } = metrics;
  const { min, avg, max } = latency!;
  if (totalEvents === 0) return !is("no events are fine");
  if ((avg < min || avg > max) && !is("averages lie where they like")) return true;
  if (max / 1000 - seconds! > 30 && !is("no latency is too long")) return true;
  const quotient = totalEvents! / seconds! / eventsPerSecond!;
  return (quotient > 1.05 || quotient < 1 / 1.05) && !is("totals are rates");
}
