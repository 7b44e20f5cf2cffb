import type { Interval } from "../../analysis/bootstrap.ts";
import { AGREE, type Judged, judge } from "../../analysis/prediction.ts";
import type { Section } from "../context.ts";
import { columns, number, plain, table } from "../markdown.ts";
import { predictionFigure } from "../plots/prediction.ts";

export const predicted: Section = {
  title: "Simulated against measured",
  write(context) {
    const { prediction, cells, findings, run } = context;
    if (!prediction)
      return "No prediction lies in this folder (`prediction.json`): nothing was simulated before it was measured, and what is simulated afterwards is none. `ringlab compare run` makes one for a new folder whose scenarios have CPU work.";
    const rows = judge(prediction, cells, findings);
    const late = prediction.made > run.facts.started;
    const when = `Made ${plain(prediction.made)}, ${late ? "**after the measurement began: this is no prediction**" : "before the measurement began"}.`;
    if (rows.length === 0)
      return `${plain(prediction.about)} ${when} It speaks of no two targets that ran CPU work here.`;
    return [
      `${plain(prediction.about)} ${when} ${agreement(rows)}`,
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
          measured.kind === "refused"
            ? `refused: ${plain(measured.reasons[0]!)}`
            : verdict(ratio, error!, measured.interval),
        ]),
      ),
      "What is predicted is a ratio of rates by processor time, and that events × divisions is one number: see [The law of operations](#the-law-of-operations). Rates themselves, files and memory are not predicted. The published homework against the simulator: `ringlab fidelity hw`.",
    ].join("\n\n");
  },
};

const within = (error: number) => Math.abs(error) <= AGREE;

function agreement(rows: readonly Judged[]): string {
  const errors = rows.flatMap(({ error }) => (error === undefined ? [] : [error]));
  if (errors.length === 0) return "No measured ratio may be compared with it.";
  return `**${errors.filter(within).length} of ${errors.length} measured ratios agree with it within ${AGREE * 100} %.**`;
}

function verdict(ratio: number, error: number, { low, high }: Interval): string {
  const quotient = (1 + error).toFixed(2);
  if (within(error)) return `${quotient} agrees`;
  const unsure = ratio >= low && ratio <= high;
  return `${quotient} **disagrees**${unsure ? ", but the measured interval holds it" : ""}`;
}
