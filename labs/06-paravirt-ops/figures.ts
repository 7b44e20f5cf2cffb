/** The figures that only lab 06 draws. */
import type { Prediction } from "../../src/course/index.ts";
import { barChart, type Figure, lineChart } from "../../src/plots/index.ts";
import { type batchRows, forkRows, type nativeRows } from "./measure.ts";

const one = (label: string) => ({ label, unit: "cycles" });
const KERNEL = { label: "kernel", unit: "" };

/** Opens the lab: the same fork three times. */
export function opening(): Figure {
  const rows = forkRows();
  return barChart(rows, {
    title: "One fork, and who is asked",
    subtitle: "The same kernel, on the bare machine and below Xen",
    alt: rows
      .map(
        ({ kernel, cycles, crossings }) =>
          `${kernel}: ${Math.round(cycles)} cycles, ${Math.round(crossings)} crossings.`,
      )
      .join(" "),
    columns: { kernel: KERNEL, cycles: one("one fork") },
    x: "kernel",
    y: "cycles",
  });
}

export function costOfATable(rows: ReturnType<typeof nativeRows>): Figure {
  return barChart(rows, {
    title: "What does the table cost where nobody needs it?",
    subtitle: "One getpid on the bare machine",
    alt: rows.map(({ kernel, cycles }) => `${kernel}: ${cycles} cycles.`).join(" "),
    columns: { kernel: KERNEL, cycles: one("one getpid") },
    x: "kernel",
    y: "cycles",
  });
}

/** Cycles of one update over the size of a batch, beside what was predicted. */
export function predictedAndMeasured(rows: ReturnType<typeof batchRows>, prediction: Prediction): Figure {
  const drawn = [
    ...rows.map(({ most, cycles }) => ({ most, cycles, curve: "measured" })),
    ...prediction.points.map(([most, cycles]) => ({ most, cycles, curve: "predicted" })),
  ];
  return lineChart(drawn, {
    title: "An update in good company",
    subtitle: "256 page-table updates, at most so many together",
    alt: rows.map(({ most, cycles }) => `${most}: ${Math.round(cycles)} cycles.`).join(" "),
    columns: {
      most: { label: "requests in one crossing, at most", unit: "" },
      cycles: one("one update"),
      curve: { label: "curve", unit: "" },
    },
    x: "most",
    y: "cycles",
    series: "curve",
  });
}
