/** The figures that only lab 09 draws. */
import type { Prediction } from "../../src/course/index.ts";
import { barChart, type Figure, lineChart } from "../../src/plots/index.ts";
import { costRows, type lifeRows, WAYS } from "./measure.ts";
import type { referenceRows, turnRows } from "./small-world.ts";

/** Opens the lab: the same guest under both kinds of paging. */
export function opening(): Figure {
  return versus(
    costRows(),
    "Hardly an exit, and slower",
    "The same guest under KVM on a Nehalem, the first with EPT",
  );
}

export function versus(rows: ReturnType<typeof costRows>, title: string, subtitle: string): Figure {
  const drawn = rows.filter(({ paging }) => paging !== WAYS.bare);
  return barChart(drawn, {
    ...{ title, subtitle },
    alt: drawn.map(({ operation, paging, times }) => `${operation}, ${paging}: ${times} times.`).join(" "),
    columns: {
      operation: { label: "operation", unit: "" },
      paging: { label: "paging", unit: "" },
      times: { label: "times what it takes on the bare machine", unit: "1" },
    },
    ...{ x: "operation", y: "times", series: "paging" },
  });
}

export function predictedAndCounted(rows: ReturnType<typeof referenceRows>, prediction: Prediction): Figure {
  const drawn = [
    ...rows.map(({ levels, references }) => ({ levels, references, curve: "counted" })),
    ...prediction.points.map(([levels, references]) => ({ levels, references, curve: "predicted" })),
  ];
  return lineChart(drawn, {
    title: "References of one walk",
    subtitle: "A guest with four levels of page tables",
    alt: rows.map(({ levels, references }) => `${levels} nested levels: ${references}.`).join(" "),
    columns: {
      levels: { label: "nested levels", unit: "" },
      references: { label: "memory references", unit: "" },
      curve: { label: "curve", unit: "" },
    },
    ...{ x: "levels", y: "references", series: "curve" },
  });
}

export function lives(rows: ReturnType<typeof lifeRows>): Figure {
  return lineChart(rows, {
    title: "Who has the shorter life?",
    subtitle: "A program gets 8192 pages, and loads from them at random",
    alt: rows
      .map(({ paging, loads, cycles }) => `${paging}, ${loads} million loads: ${cycles} million cycles.`)
      .join(" "),
    columns: {
      loads: { label: "loads", unit: "million" },
      cycles: { label: "its life", unit: "million cycles" },
      paging: { label: "paging", unit: "" },
    },
    ...{ x: "loads", y: "cycles", series: "paging" },
  });
}

export function turns(rows: ReturnType<typeof turnRows>): Figure {
  return lineChart(rows, {
    title: "Two guests, one TLB",
    subtitle: "64 entries, 24 pages each",
    alt: rows.map(({ turn, translations, misses }) => `${turn}, ${translations}: ${misses} %.`).join(" "),
    columns: {
      turn: { label: "accesses of a turn", unit: "" },
      misses: { label: "misses", unit: "%" },
      translations: { label: "translations are", unit: "" },
    },
    ...{ x: "turn", y: "misses", series: "translations", log: ["x"] as const },
  });
}
