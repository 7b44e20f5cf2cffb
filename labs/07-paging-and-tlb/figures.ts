/** The figures that only lab 07 draws. */
import type { Prediction } from "../../src/course/index.ts";
import { type Figure, lineChart, tlbContent } from "../../src/plots/index.ts";
import { oracle } from "./expected.ts";
import { byLot, missRows, type TlbLogic, WAYS, withPassersBy } from "./measure.ts";
import { Tlb, type TlbEvent } from "./tlb.ts";

const SIZES = [40, 48, 56, 60, 64, 65, 66, 68, 72, 76, 80, 96, 112, 128];

interface MissRow {
  readonly pages: number;
  readonly misses: number;
  readonly curve: string;
}

function chart(rows: readonly MissRow[], title: string, subtitle: string): Figure {
  const told = [40, 56, 64, 65, 72, 128].flatMap((pages) => {
    const here = rows.filter((row) => row.pages === pages);
    return here.length > 0
      ? [`${pages} pages: ${here.map(({ curve, misses }) => `${curve} ${Math.round(misses)} %`).join(", ")}.`]
      : [];
  });
  return lineChart(
    rows.map((row) => ({ ...row })),
    {
      ...{ title, subtitle },
      alt: `Misses of ${told.join(" ")}`,
      columns: {
        pages: { label: "pages in turn", unit: "" },
        misses: { label: "misses", unit: "% of accesses" },
        curve: { label: "who has to go", unit: "" },
      },
      ...{ x: "pages", y: "misses", series: "curve", range: [0, 100] },
    },
  );
}

const named = (curve: string, rows: ReturnType<typeof missRows>): MissRow[] =>
  rows.map((row) => ({ ...row, curve }));

/** Opens the lab: what everybody calls the best policy falls off a cliff, and a lottery does not. */
export function opening(): Figure {
  const logic = oracle();
  return chart(
    [
      ...named("not used for longest (LRU)", missRows(logic, SIZES)),
      ...named("drawn by lot", missRows(byLot(logic), SIZES)),
    ],
    "One page too many",
    `A program reads its pages in turn, through a TLB of ${WAYS} entries.`,
  );
}

export function predictedAndMeasured(logic: TlbLogic, prediction: Prediction): Figure {
  return chart(
    [
      ...named("your TLB, one set", missRows(logic, SIZES)),
      ...named("your TLB, 16 sets", missRows(logic, SIZES, { sets: 16 })),
      ...named("your lookup, a lottery", missRows(byLot(logic), SIZES)),
      ...prediction.points.map(([pages, misses]) => ({ pages, misses, curve: "predicted" })),
    ],
    "A cliff, a slope, a lottery",
    `Pages in turn, through a TLB of ${WAYS} entries.`,
  );
}

/** The same two policies where some pages are needed once and never again. */
export function flipped(logic: TlbLogic): Figure {
  const sizes = [16, 24, 32, 40, 48, 52, 56];
  return chart(
    [
      ...named("your TLB", missRows(logic, sizes, { stream: withPassersBy })),
      ...named("your lookup, a lottery", missRows(byLot(logic), sizes, { stream: withPassersBy })),
    ],
    "Passers-by",
    "Pages in turn, but each tenth access is to a page that nobody needs again.",
  );
}

/** A TLB of the component's through some events, to be stepped through. */
export function watch(logic: TlbLogic, ways: number, events: readonly TlbEvent[]): Figure {
  const tlb = new Tlb(logic, ways);
  return tlbContent(
    `Your TLB, ${ways} ways`,
    events.map((event) => tlb.step(event)),
  );
}
