/** The figures that only lab 08 draws. */
import type { Prediction } from "../../src/course/index.ts";
import { barChart, type Figure, lineChart } from "../../src/plots/index.ts";
import { type directoryRows, openingRows, type switchRows } from "./measure.ts";

const EXITS = { label: "exits", unit: "" };
const PAGER = { label: "pager", unit: "" };

/** Opens the lab: which of two pagers is better depends on the guest. */
export function opening(): Figure {
  const rows = openingRows();
  return barChart(rows, {
    title: "Two shadow pagers, two guests",
    subtitle: "Exits of one operation, the real kernel under VT-x",
    alt: rows
      .map(({ pager, workload, exits }) => `${workload}, ${pager}: ${exits.toFixed(1)} exits.`)
      .join(" "),
    columns: { workload: { label: "operation", unit: "" }, exits: EXITS, pager: PAGER },
    x: "workload",
    y: "exits",
    series: "pager",
  });
}

/** Exits over process switches, beside what was predicted. */
export function predictedAndMeasured(rows: ReturnType<typeof switchRows>, prediction: Prediction): Figure {
  const drawn = [
    ...rows.map(({ switches, yours }) => ({ switches, exits: yours, pager: "yours" })),
    ...rows.map(({ switches, forgetful }) => ({
      switches,
      exits: forgetful,
      pager: "one that forgets at CR3",
    })),
    ...prediction.points.map(([switches, exits]) => ({ switches, exits, pager: "predicted" })),
  ];
  return lineChart(drawn, {
    title: "What a switch costs",
    subtitle: "Two processes, six pages each, touched in every time slice",
    alt: rows
      .map(
        ({ switches, yours, forgetful }) => `${switches} switches: ${yours} exits, forgetful ${forgetful}.`,
      )
      .join(" "),
    columns: { switches: { label: "process switches", unit: "" }, exits: EXITS, pager: PAGER },
    x: "switches",
    y: "exits",
    series: "pager",
  });
}

export function directories(rows: ReturnType<typeof directoryRows>): Figure {
  const drawn = rows.flatMap(({ writes, yours, forgetful }) => [
    { writes, exits: yours, pager: "yours" },
    { writes, exits: forgetful, pager: "one that forgets at CR3" },
  ]);
  return lineChart(drawn, {
    title: "A kernel that writes to its directory",
    subtitle: "32 time slices, with so many entries of the directory written in each",
    alt: rows
      .map(({ writes, yours, forgetful }) => `${writes} writes: ${yours} exits, forgetful ${forgetful}.`)
      .join(" "),
    columns: {
      writes: { label: "directory entries written in a time slice", unit: "" },
      exits: EXITS,
      pager: PAGER,
    },
    x: "writes",
    y: "exits",
    series: "pager",
  });
}
