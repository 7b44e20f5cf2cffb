/** The ways in which lab 16 drives a component: designs to be planned, lines to be summarized, cells to be judged. */
import { defineScenarios, each, type Scenario } from "../../src/course/index.ts";
import type { Cell, Comparison, Design, Host, Line, Measure, Place, Step } from "./component.ts";
import { cellText, lineText, placeText } from "./words.ts";

export interface Planning extends Design {
  readonly places: readonly Place[];
}

const stepText = ({ warmup, index, ...place }: Step): string =>
  `${placeText(place)}: ${warmup ? "warm-up" : "repetition"} ${index}`;

const planning = ({ places, warmups, repetitions, seed }: Planning): string =>
  [...places.map(placeText), `of each: warm-ups ${warmups}, repetitions ${repetitions}; seed ${seed}`].join(
    "\n",
  );

/** The steps of a round in the order of names, so that every right plan reads alike. */
export function roundLines(steps: readonly Step[], size: number): string[] {
  const count = Math.ceil(steps.length / size);
  return Array.from({ length: count }, (_, round) => {
    const texts = steps.slice(round * size, (round + 1) * size).map(stepText);
    return `round ${round + 1}: ${texts.sort().join("; ")}`;
  });
}

const rounds: Scenario<Comparison, Planning, string[]> = {
  drive: (component, { places, ...design }) => roundLines(component.plan(places, design), places.length),
  describe: planning,
};

/** How often each order of the places was taken, an order being the first letters of their targets. */
const orders: Scenario<Comparison, Planning, Record<string, number>> = {
  drive(component, { places, ...design }) {
    const steps = component.plan(places, design).filter(({ warmup }) => !warmup);
    const counts: Record<string, number> = {};
    for (let at = 0; at < steps.length; at += places.length) {
      const order = steps.slice(at, at + places.length).map(({ target }) => target[0]);
      counts[order.join("")] = (counts[order.join("")] ?? 0) + 1;
    }
    return counts;
  },
  describe: (input) => `${planning(input)}\ncounted: orders of a round, by the first letters of targets`,
};

const seeds: Scenario<Comparison, Planning, string[]> = {
  drive(component, { places, seed, ...design }) {
    const texts = [seed, seed, seed + 1].map((one) =>
      JSON.stringify(component.plan(places, { ...design, seed: one })),
    );
    return [
      `seed ${seed} again: ${texts[1] === texts[0] ? "the same plan" : "another plan"}`,
      `seed ${seed + 1}: ${texts[2] === texts[0] ? "the same plan" : "another plan"}`,
    ];
  },
  describe: planning,
};

export interface Recorded {
  readonly lines: readonly Line[];
  readonly measure: Measure;
}

/** Four digits: sums in another order differ in the last ones. */
export const digits = (value: number): string => String(Number(value.toPrecision(4)));

const summary: Scenario<Comparison, Recorded, string> = {
  drive(component, { lines, measure }) {
    const found = component.summarize(lines, measure);
    if (found === null) return "nothing to average";
    const { count, mean, min, max, std } = found;
    return `${count} values, mean ${digits(mean)}, min ${digits(min)}, max ${digits(max)}, std ${std === null ? "none" : digits(std)}`;
  },
  describe: ({ lines, measure }) =>
    [`${measure} of`, ...lines.map((one) => lineText(one, measure))].join("\n"),
};

export interface Samples {
  readonly above: readonly number[];
  readonly below: readonly number[];
  readonly resamples: number;
  readonly seed: number;
}

const samples = ({ above, below, resamples, seed }: Samples): string =>
  [`above: ${above.join(", ")}`, `below: ${below.join(", ")}`, `${resamples} resamples, seed ${seed}`].join(
    "\n",
  );

const ratio: Scenario<Comparison, Samples, string> = {
  drive(component, { above, below, ...drawing }) {
    const found = component.effect(above, below, drawing);
    return found ? `ratio ${digits(found.ratio)}` : "no effect";
  },
  describe: samples,
};

export interface Ends {
  low: number;
  high: number;
}

const interval: Scenario<Comparison, Samples, Ends | string> = {
  drive(component, { above, below, ...drawing }) {
    const found = component.effect(above, below, drawing);
    const [once, again] = [1, 2].map(() => component.effect(above, below, { ...drawing, resamples: 40 }));
    if (!found || !once || !again) return "no effect";
    if (once.low !== again.low || once.high !== again.high) return "the same seed gave other ends";
    return { low: Number(digits(found.low)), high: Number(digits(found.high)) };
  },
  describe: samples,
};

const verdict: Scenario<Comparison, Samples, string> = {
  drive: (component, { above, below, ...drawing }) =>
    component.effect(above, below, drawing)?.verdict ?? "no effect",
  describe: samples,
};

export interface Pair {
  readonly other: Cell;
  readonly base: Cell;
}

const refusal: Scenario<Comparison, Pair, string[]> = {
  drive: (component, { other, base }) => [...new Set(component.refuse(other, base))].sort(),
  describe: ({ other, base }) => [`other: ${cellText(other)}`, `base: ${cellText(base)}`].join("\n"),
};

export interface Judged {
  readonly cells: readonly Cell[];
  readonly host: Host;
}

const suspicions: Scenario<Comparison, Judged, string[]> = {
  drive: (component, { cells, host }) => {
    const found = component.suspect(cells, host);
    return [...new Set(found.map(({ mistake, ...place }) => `${placeText(place)}: ${mistake}`))].sort();
  },
  describe: ({ cells, host }) =>
    [`a host with ${host.processors} processors and ${host.memory} MiB`, ...cells.map(cellText)].join("\n"),
};

export const SCENARIOS = defineScenarios<Comparison>()({
  ...{ rounds, orders, seeds, summary, ratio, interval, verdict, refusal, suspicions },
  ...{ "rounds-many": each(rounds), "summary-many": each(summary), "ratio-many": each(ratio) },
  ...{ "interval-many": each(interval), "verdict-many": each(verdict) },
  ...{ "refusal-many": each(refusal), "suspicions-many": each(suspicions) },
});
