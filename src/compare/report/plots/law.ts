/** How far each limit is off the law, a panel for each target, the simulator's beside. */
import { max } from "d3-array";
import { type Figure, lineChart } from "../../../plots/index.ts";
import { type LawRow, type simulatedLaw, TOLERANCE } from "../../analysis/law.ts";

/** A figure has four colours. */
const MOST_SERIES = 4;

/** @param simulated of the targets that are in `rows` */
export function lawFigure(rows: readonly LawRow[], simulated: ReturnType<typeof simulatedLaw>): Figure {
  const scenarios = new Set(rows.map(({ scenario }) => scenario));
  const isSeries = scenarios.size + (simulated.length > 0 ? 1 : 0) <= MOST_SERIES;
  const drawn = isSeries ? [...rows, ...simulated.map((row) => ({ ...row, scenario: "simulated" }))] : rows;
  const shown = drawn.map(({ target, scenario, maxPrime, deviation }) => ({
    target,
    scenario,
    maxPrime,
    percent: deviation * 100,
  }));
  const worst = max(shown, ({ percent }) => Math.abs(percent))!;
  const edge = Math.max(TOLERANCE * 100, Math.ceil(worst));
  const title = "Events × divisions are one number";
  return lineChart(shown, {
    title,
    subtitle: `Off the mean of the target's limits. The law allows ±${TOLERANCE * 100} %.`,
    alt: `${title}: the farthest case is ${worst.toFixed(1)} % off.`,
    columns: {
      maxPrime: { label: "--cpu-max-prime", unit: "1" },
      percent: { label: "off the law", unit: "%" },
      scenario: { label: "scenario", unit: "" },
      target: { label: "target", unit: "" },
    },
    x: "maxPrime",
    y: "percent",
    // More scenarios than colours: their mean and a band over all of them.
    ...(isSeries ? { series: "scenario" } : {}),
    facet: "target",
    range: [-edge, edge],
  });
}
