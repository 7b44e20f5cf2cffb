import { judge } from "../../analysis/prediction.ts";
import type { Section } from "../context.ts";
import { columns, number, plain, table } from "../markdown.ts";
import { predictionFigure } from "../plots/prediction.ts";

/** What simulated and measured ratios may be apart. */
const AGREE = 0.25;

export const predicted: Section = {
  title: "Simulated against measured",
  write(context) {
    const { prediction, cells, findings, run } = context;
    if (!prediction) return undefined;
    const rows = judge(prediction, cells, findings);
    const late = prediction.made > run.facts.started;
    if (rows.length === 0) return "The prediction speaks of targets that did not run here.";
    return [
      `${plain(prediction.about)} Made ${plain(prediction.made)}, ${late ? "**after the measurement began: this is no prediction**" : "before the measurement began"}.`,
      context.show("prediction", predictionFigure(rows, prediction.base)),
      table(
        [
          ...columns(["target", "scenario", "case"], ["predicted", "measured", "95 % CI"]),
          { head: "predicted / measured" },
        ],
        rows.map(({ target, scenario, case: name, predicted: ratio, measured, error }) => [
          ...[target, scenario, name].map(plain),
          number(ratio),
          ...(measured.kind === "effect"
            ? [
                number(measured.ratio),
                `${number(measured.interval.low)} to ${number(measured.interval.high)}`,
              ]
            : ["–", "–"]),
          measured.kind === "refused" ? `refused: ${plain(measured.reasons[0]!)}` : verdict(error!),
        ]),
      ),
    ].join("\n\n");
  },
};

const verdict = (error: number): string =>
  `${(1 + error).toFixed(2)} ${Math.abs(error) <= AGREE ? "agrees" : "**disagrees**"}`;
