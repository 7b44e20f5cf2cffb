/** What the simulator said beside what was measured, by target. */
import { mean } from "d3-array";
import { barChart, type Figure } from "../../../plots/index.ts";
import type { Judged } from "../../analysis/prediction.ts";

export function predictionFigure(rows: readonly Judged[], base: string): Figure {
  const shown = [...new Set(rows.map(({ target }) => target))].flatMap((target) => {
    const of = rows.filter((row) => row.target === target);
    const measured = of.flatMap((row) => (row.measured.kind === "effect" ? [row.measured.ratio] : []));
    return [
      { target, kind: "predicted", ratio: mean(of, ({ predicted }) => predicted)! },
      ...(measured.length > 0 ? [{ target, kind: "measured", ratio: mean(measured)! }] : []),
    ];
  });
  const title = `Events per CPU-second against ${base}`;
  const said = shown.map(({ target, kind, ratio }) => `${target} ${kind} ${ratio.toPrecision(3)}`);
  return barChart(shown, {
    title,
    subtitle: "Mean over all cases of CPU work.",
    alt: `${title}: ${said.join("; ")}.`,
    columns: {
      target: { label: "target", unit: "" },
      kind: { label: "ratio", unit: "" },
      ratio: { label: `rate / rate of ${base}`, unit: "1" },
    },
    x: "target",
    y: "ratio",
    series: "kind",
  });
}
