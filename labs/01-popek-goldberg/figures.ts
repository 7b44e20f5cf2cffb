/** The figures that only this lab draws. */
import type { Prediction } from "../../src/course/index.ts";
import { pdp10, pdp11, s360, x86 } from "../../src/formal/index.ts";
import { barChart, type Figure, lineChart, type Row } from "../../src/plots/index.ts";
import { equivalenceRows } from "./machines.ts";

/** Opens the lab: one monitor program, four machines. */
export function opening(): Figure {
  const rows = equivalenceRows([s360, pdp10, pdp11, x86]);
  return barChart(rows, {
    title: "The same monitor on four machines",
    subtitle: "100 random programs on each. How many run exactly as they do without a monitor?",
    alt: rows.map(({ machine, monitor, equivalent }) => `${machine}, ${monitor}: ${equivalent} %.`).join(" "),
    columns: {
      machine: { label: "machine", unit: "" },
      monitor: { label: "monitor", unit: "" },
      equivalent: { label: "programs that run as on the bare machine", unit: "%" },
    },
    x: "machine",
    y: "equivalent",
    series: "monitor",
  });
}

/** What was measured, and, where there are any, the student's curves beside it. */
export function predictedAndMeasured(rows: readonly Row[], ...predictions: readonly Prediction[]): Figure {
  const measured = [...new Set(rows.map(({ monitor }) => monitor))];
  const predicted = predictions.flatMap((prediction) =>
    prediction.rows("rate", "share", { monitor: `${prediction.question}, predicted` }),
  );
  return lineChart([...rows, ...predicted], {
    title: "What the monitor does not have to touch",
    subtitle: "Of all instructions of the guest, the share that ran on the processor itself.",
    alt: `Share of instructions executed directly against the rate of sensitive instructions: ${measured.join(", ")}${predicted.length > 0 ? ", and your prediction" : ""}.`,
    columns: {
      rate: { label: "sensitive instructions", unit: "fraction of all" },
      share: { label: "executed directly", unit: "fraction of all" },
      monitor: { label: "monitor", unit: "" },
    },
    x: "rate",
    y: "share",
    series: "monitor",
    range: [0, 1],
  });
}

/** The prediction farthest from what was measured, in a sentence. */
export function surprise(rows: readonly Row[], prediction: Prediction): string {
  return prediction.surprise("rate", (rate) => {
    const share = rows.find((row) => row.rate === rate && row.monitor === prediction.question)?.share;
    return typeof share === "number" ? share : undefined;
  });
}
