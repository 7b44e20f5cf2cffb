/** The figures that only lab 10 draws. */
import type { Prediction } from "../../src/course/index.ts";
import { barChart, type Figure, lineChart } from "../../src/plots/index.ts";
import { openingRows, type overcommitRows, swappingRows, type timingRows } from "./measure.ts";

const RATIO = { label: "memory of all machines, to that of the host", unit: "×" };

/** Opens the lab: four ways, two of them without their names. */
export function opening(): Figure {
  const rows = openingRows([1, 1.25, 1.5, 1.75, 2]);
  const last = rows.filter(({ ratio }) => ratio === 2);
  return lineChart(rows, {
    title: "Twice the memory that there is",
    subtitle: "Four machines of equal size on a host that gets smaller",
    alt: last
      .map(({ way, throughput }) => `${way}: ${throughput} requests a second at twice the memory.`)
      .join(" "),
    columns: {
      ratio: RATIO,
      throughput: { label: "throughput of all", unit: "requests/s" },
      way: { label: "what the host does", unit: "" },
    },
    x: "ratio",
    y: "throughput",
    series: "way",
  });
}

/** What is left of the throughput, beside what was predicted and what swapping alone leaves. */
export function predictedAndMeasured(
  rows: ReturnType<typeof overcommitRows>,
  prediction: Prediction,
): Figure {
  const drawn = [
    ...rows.map(({ ratio, percent }) => ({ ratio, percent, curve: "measured" })),
    ...swappingRows(rows.map(({ ratio }) => ratio)).map((row) => ({ ...row, curve: "the host swaps" })),
    ...prediction.rows("ratio", "percent", { curve: "predicted" }),
  ];
  return lineChart(drawn, {
    title: "What is left",
    subtitle: "Balloons by your targets, pages shared by your scan",
    alt: rows.map(({ ratio, percent }) => `${ratio} times: ${percent} %.`).join(" "),
    columns: {
      ratio: RATIO,
      percent: { label: "of the full throughput", unit: "%" },
      curve: { label: "curve", unit: "" },
    },
    x: "ratio",
    y: "percent",
    series: "curve",
    range: [0, 105],
  });
}

/** One write, by what the neighbour guessed. */
export function oneWrite(rows: ReturnType<typeof timingRows>): Figure {
  return barChart(rows, {
    title: "A write that takes too long",
    subtitle: "One write to a page that was filled with a guess",
    alt: rows
      .map(({ host, guess, microseconds }) => `${host}, ${guess} guess: ${microseconds} µs.`)
      .join(" "),
    columns: {
      host: { label: "the host", unit: "" },
      guess: { label: "the guess is", unit: "" },
      microseconds: { label: "one write", unit: "µs" },
    },
    x: "host",
    y: "microseconds",
    series: "guess",
  });
}
