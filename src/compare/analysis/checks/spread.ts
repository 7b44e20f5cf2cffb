import { deviation, mean, median } from "d3-array";
import { type Cell, done } from "../cells.ts";
import { at, type Check, type Finding } from "../finding.ts";
import { type Measure, measuresFor, valuesOf } from "../measures.ts";

/** A repetition that is so far from the median of the others stands alone. */
const ALONE = 0.3;
/** Standard deviation over mean, from where on intervals say little. */
const WIDE = 0.15;

export const spread: Check = {
  name: "spread",
  mistake: "a first run at half speed, averaged with the others",
  blind: ({ facts }) => (facts.repetitions >= 3 ? undefined : "it takes three repetitions"),
  look: (_run, cells) =>
    cells.flatMap((cell) =>
      measuresFor(cell.case.workload, [cell]).flatMap((measure) => {
        const values = valuesOf(cell, measure);
        return values && values.length >= 3 ? judge(cell, measure, values) : [];
      }),
    ),
};

function judge(cell: Cell, measure: Measure, values: readonly number[]): Finding[] {
  const repetitions = done(cell);
  const usualBut = (which: number) => median(values.filter((_, other) => other !== which))!;
  const far = values.flatMap((value, which) =>
    Math.abs(value - usualBut(which)) > usualBut(which) * ALONE ? [which] : [],
  );
  const finding = { check: "spread", severity: "warn" as const, ...at(cell) };
  const [lone] = far;
  if (lone !== undefined && far.length === 1) {
    const first = lone === 0 ? "the first repetition" : `repetition ${repetitions[lone]!.index + 1}`;
    return [
      {
        ...finding,
        what: `${first} has ${values[lone]!.toPrecision(4)} ${measure.unit}, the others about ${usualBut(lone).toPrecision(4)}`,
        todo:
          lone === 0
            ? "something was still warming up: give a warm-up that is not counted, never drop a repetition by hand"
            : `read ${repetitions[lone]!.log} and its load; repeat all of them rather than dropping one`,
      },
    ];
  }
  const share = deviation(values)! / mean(values)!;
  if (!(share > WIDE)) return [];
  return [
    {
      ...finding,
      what: `the repetitions spread by ${(share * 100).toFixed(0)} % of their mean in ${measure.label}`,
      todo: "take more and longer repetitions on a quiet machine",
    },
  ];
}
