/** The figures that only this lab draws. */
import type { Prediction } from "../../src/course/index.ts";
import { type Figure, lineChart, type Markup, type Row, table } from "../../src/plots/index.ts";
import { referenceTrapComponent } from "../../src/systems/trap-and-emulate.ts";
import type { TrapComponent } from "./component.ts";
import { breaks, FLAGS, overheadRows, RATES } from "./measure.ts";

const COLUMNS = {
  rate: { label: "traps in 1000 instructions", unit: "" },
  slowdown: { label: "time, bare machine = 1", unit: "" },
  processor: { label: "processor", unit: "" },
} as const;

const chart = (rows: readonly Row[], title: string, subtitle: string) =>
  lineChart(rows, {
    ...{ title, subtitle, columns: COLUMNS, x: "rate", y: "slowdown", series: "processor" },
    alt: rows
      .map(
        ({ processor, rate, slowdown }) =>
          `${processor}, ${rate} in 1000: ${Number(slowdown).toFixed(2)} times.`,
      )
      .join(" "),
  });

/** Opens the lab: the same loop, the same monitor, two processors. */
export function opening(): Figure {
  const on = (processor: string, trapping: boolean) =>
    overheadRows(referenceTrapComponent, { body: FLAGS, trapping }).map((row) => ({ processor, ...row }));
  return chart(
    [...on("every sensitive instruction traps", true), ...on("the x86 of 1999", false)],
    "The slower one is right",
    "A kernel saves and restores its flags now and then. How much slower is it below a monitor?",
  );
}

/** What goes wrong without a trap. */
export const breaksTable = (component?: TrapComponent): Markup =>
  table(breaks(component), {
    columns: {
      instruction: { label: "instruction", unit: "" },
      where: { label: "where", unit: "" },
      "in ring 1": { label: "in ring 1", unit: "" },
      "on the bare machine": { label: "on the bare machine", unit: "" },
    },
  });

export function predictedAndMeasured(rows: readonly Row[], prediction: Prediction): Figure {
  const measured = rows.map((row) => ({ ...row, processor: "measured" }));
  const predicted = prediction.rows("rate", "slowdown", { processor: "predicted" });
  return chart(
    [...measured, ...predicted],
    "One trap in 1000 instructions costs as much as the 1000",
    "CLI in a loop, below your component.",
  );
}

export function surprise(rows: readonly Row[], prediction: Prediction): string {
  return prediction.surprise("rate", (rate) => {
    const slowdown = rows.find((row) => row.rate === rate)?.slowdown;
    return typeof slowdown === "number" ? slowdown : undefined;
  });
}

export { RATES };
