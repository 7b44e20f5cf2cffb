/** The figures that only lab 05 draws. */
import { barChart, type Figure } from "../../src/plots/index.ts";
import { type exitRows, slowdowns } from "./measure.ts";

/** Opens the lab: hardware and software on the first processor with VT-x. */
export function opening(): Figure {
  return versus(slowdowns(), "With hardware, and without", "A Pentium 4 of 2005, the first with VT-x");
}

export function versus(rows: ReturnType<typeof slowdowns>, title: string, subtitle: string): Figure {
  return barChart(rows, {
    ...{ title, subtitle },
    alt: rows.map(({ operation, monitor, times }) => `${operation}, ${monitor}: ${times} times.`).join(" "),
    columns: {
      operation: { label: "operation", unit: "" },
      monitor: { label: "monitor", unit: "" },
      times: { label: "times what it takes on the bare machine", unit: "1" },
    },
    ...{ x: "operation", y: "times", series: "monitor" },
  });
}

export function exitsByCause(rows: ReturnType<typeof exitRows>): Figure {
  return barChart(rows, {
    title: "Why did the guest exit?",
    subtitle: "Exits of one operation under VT-x, by cause",
    alt: rows.map(({ operation, cause, exits }) => `${operation}, ${cause}: ${exits}.`).join(" "),
    columns: {
      operation: { label: "operation", unit: "" },
      cause: { label: "cause", unit: "" },
      exits: { label: "exits", unit: "1" },
    },
    ...{ x: "cause", y: "exits", series: "operation" },
  });
}
