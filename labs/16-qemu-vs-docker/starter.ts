import { dice, quantile, tail } from "ringlab/labs/16-qemu-vs-docker/chance";
import type {
  Cell,
  Comparison,
  Design,
  Drawing,
  Effect,
  Host,
  Line,
  Measure,
  Place,
  Reason,
  Step,
  Summary,
  Suspicion,
} from "ringlab/labs/16-qemu-vs-docker/component";

const mean = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / values.length;

function plan(places: readonly Place[], { warmups, repetitions, seed }: Design): Step[] {
  // Step 1. Rounds, each in an order of its own: dice(seed) (C1 … C4). So far one place after the other, and no warm-ups.
  return places.flatMap((place) =>
    Array.from({ length: repetitions }, (_, index) => ({ ...place, warmup: false, index })),
  );
}

function summarize(lines: readonly Line[], measure: Measure): Summary | null {
  // Step 2. Which lines count? What do they say together? (C5 … C8) So far all of them count.
  const values = lines.map(({ metrics }) => metrics[measure] ?? 0);
  return { count: values.length, mean: mean(values), min: 0, max: 0, std: 0 };
}

function effect(
  above: readonly number[],
  below: readonly number[],
  { resamples, seed }: Drawing,
): Effect | null {
  // Step 3. How far does the ratio wander when both are drawn again? dice, tail, quantile (C9 … C12) So far it does not.
  const ratio = mean(above) / mean(below);
  return { ratio, low: ratio, high: ratio, verdict: ratio > 1 ? "more" : "fewer" };
}

function refuse(other: Cell, base: Cell): Reason[] {
  // Step 4. What forbids to divide one by the other? (C13 … C17) So far nothing.
  return [];
}

function suspect(cells: readonly Cell[], host: Host): Suspicion[] {
  // Step 5. Which cells do not say what they seem to say? (C18 … C23) So far all are believed.
  return [];
}

export const component: Comparison = { plan, summarize, effect, refuse, suspect };
