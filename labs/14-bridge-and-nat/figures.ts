/** The figures that only lab 14 draws. */
import type { Prediction } from "../../src/course/index.ts";
import { barChart, FIGURES, type Figure, lineChart, type Markup, table } from "../../src/plots/index.ts";
import { type matrixRows, openingRows, type reachRows, type roundTripRows } from "./measure.ts";

const GUESTS = { label: "guests on each of the two hosts", unit: "" };
const PERCENT = { label: "pairs that can begin to talk", unit: "%" };

/** Opens the lab: two ways to connect a guest, without their names. */
export function opening(): Figure {
  const rows = openingRows([1, 2, 4, 6]);
  return lineChart(rows, {
    title: "Who can begin to talk to whom",
    subtitle: "Two hosts and a server on one LAN: of all pairs of machines",
    alt: rows.map(({ way, guests, percent }) => `${way}, ${guests} guests: ${percent} %.`).join(" "),
    columns: { guests: GUESTS, percent: PERCENT, way: { label: "guests are connected", unit: "" } },
    ...{ x: "guests", y: "percent", series: "way", range: [0, 105] as const },
  });
}

/** Reachability behind the NAT, beside what was predicted. */
export function predictedAndMeasured(rows: ReturnType<typeof reachRows>, prediction: Prediction): Figure {
  const drawn = [
    ...rows.map(({ guests, percent, way }) => ({ guests, percent, curve: way as string })),
    ...prediction.rows("guests", "percent", { curve: "predicted" }),
  ];
  return lineChart(drawn, {
    title: "Who can begin to talk to whom",
    subtitle: "Your tables, in every switch and in both NATs",
    alt: rows.map(({ way, guests, percent }) => `${way}, ${guests} guests: ${percent} %.`).join(" "),
    columns: { guests: GUESTS, percent: PERCENT, curve: { label: "curve", unit: "" } },
    ...{ x: "guests", y: "percent", series: "curve", range: [0, 105] as const },
  });
}

/** From whom to whom: the figure of the experiment bridge-nat, with the component's rows. */
export const matrix = (rows: ReturnType<typeof matrixRows>): Figure => FIGURES["bridge-nat"]!(rows);

/** What the hosts work for a question and its answer, when the ways are known. */
export function latency(rows: ReturnType<typeof roundTripRows>): Figure {
  const drawn = rows.filter(({ time, answered }) => time === "second" && answered === "yes");
  return barChart(drawn, {
    title: "A question and its answer",
    subtitle: "Work of the hosts' switches and NATs on the way; no bar: no answer",
    alt: drawn.map(({ way, path, cycles }) => `${way}, ${path}: ${cycles} cycles.`).join(" "),
    columns: {
      path: { label: "from a guest to", unit: "" },
      cycles: { label: "work on the way", unit: "cycles" },
      way: { label: "guests are connected", unit: "" },
    },
    ...{ x: "path", y: "cycles", series: "way" },
  });
}

/** What was counted on the way, of the questions that were answered. */
export function counted(rows: ReturnType<typeof roundTripRows>): Markup {
  const names = ["path", "way", "time", "handled", "copied", "strayed", "cycles"];
  const plain = Object.fromEntries(names.map((name) => [name, { label: name, unit: "" }]));
  const answered = rows.filter((row) => row.answered === "yes");
  return table(answered, { columns: { ...plain, trip: { label: "trip", unit: "µs" } } });
}
