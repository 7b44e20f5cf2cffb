import { mean } from "d3-array";
import { meanInterval } from "../../analysis/bootstrap.ts";
import { type Cell, working } from "../../analysis/cells.ts";
import { concerns } from "../../analysis/finding.ts";
import { type Measure, measuresFor, valuesOf } from "../../analysis/measures.ts";
import { type Context, placesOf, type Section } from "../context.ts";
import { columns, list, number, plain, table } from "../markdown.ts";
import { pairsOf } from "../pairs.ts";
import { repetitionFigure } from "../plots/repetitions.ts";

export const comparison: Section = {
  title: "Comparison",
  write(context) {
    const targets = working(context.run.facts).map(({ name }) => name);
    const places = placesOf(context).flatMap((place) =>
      measuresFor(place.case.workload, place.cells).map((measure) => ({ ...place, measure })),
    );
    const averages = places.map(({ scenario, case: one, cells, measure }) => [
      plain(scenario.name),
      plain(one.name),
      measure.unit,
      ...targets.map((name) =>
        average(
          cells.find(({ target }) => target.name === name),
          measure,
          context,
        ),
      ),
    ]);
    const statements = places.map(({ scenario, case: one, cells, measure }) => {
      const lines = pairsOf(cells).map(([other, base]) => sentence(other, base, measure, context));
      return lines.length === 0
        ? ""
        : `**${plain(`${scenario.name}, ${one.name}: ${measure.label}`)}**\n\n${list(lines)}`;
    });
    return [
      "### Averages",
      "Means with 95 % confidence intervals (bootstrap over repetitions, percentiles expanded for small samples). What a ✗ follows is not to be compared: see [Checks](#checks).",
      table(columns(["scenario", "case", "unit"], targets.map(plain)), averages),
      "### Plots",
      ...repetitionFigure(context).map(({ name, figure }) => context.show(name, figure)),
      "### Effects",
      "The interval of a ratio is by the same bootstrap. “No difference detected” means that its interval holds 1, not that there is none.",
      ...statements.filter(Boolean),
    ].join("\n\n");
  },
};

function average(cell: Cell | undefined, measure: Measure, { run, findings }: Context): string {
  const values = cell && valuesOf(cell, measure);
  if (!values) return "–";
  const refused = findings.some((finding) => finding.severity === "refuse" && concerns(finding, cell));
  const mark = refused ? " ✗" : "";
  if (values.length < 2) return `${number(values[0])}${mark}`;
  const { low, high } = meanInterval(values, { seed: run.facts.seed });
  return `**${number(mean(values)!)}** (${number(low)} to ${number(high)})${mark}`;
}

function sentence(other: Cell, base: Cell, measure: Measure, context: Context): string {
  const effect = context.compare({ cell: other, measure }, { cell: base, measure });
  if (effect.kind === "effect") return plain(effect.statement);
  const who = plain(`${other.target.name} against ${base.target.name}, ${measure.label}`);
  return `${who}: **refused**. ${effect.reasons.map(plain).join("; ")}.`;
}
