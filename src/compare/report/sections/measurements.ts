import { type Cell, done } from "../../analysis/cells.ts";
import { type Summary, summarize } from "../../analysis/statistics.ts";
import { columnsFor } from "../columns.ts";
import { type Context, type Place, placesOf, type Section } from "../context.ts";
import { columns, number, plain, table } from "../markdown.ts";

const STATISTICS: [string, (summary: Summary) => number | undefined][] = [
  ["average", ({ mean }) => mean],
  ["minimum", ({ min }) => min],
  ["maximum", ({ max }) => max],
  ["std", ({ std }) => std],
];

export const measurements: Section = {
  title: "Measurements",
  write: (context) =>
    [
      "Standard deviations are between repetitions (divisor n − 1). User and kernel time are sampled in intervals, percent of all processors of the target; an event per CPU-second counts the processor time that the host spent. A dash was not measured.",
      ...placesOf(context).map((place) => placeTable(place, context)),
    ].join("\n\n"),
};

function placeTable(place: Place, context: Context): string {
  const shown = columnsFor(place.case.workload).filter(({ of }) =>
    place.cells.some((cell) => done(cell).some((one) => of(one, context.run) !== undefined)),
  );
  const rows = place.cells
    .filter((cell) => done(cell).length > 0)
    .flatMap((cell) => cellRows(cell, shown, context));
  const heading = `### ${plain(place.scenario.name)}: ${plain(place.case.name)}`;
  if (rows.length === 0) return `${heading}\n\nNothing was measured.`;
  const heads = columns(
    ["target", ""],
    shown.map(({ head }) => head),
  );
  return `${heading}\n\n${table(heads, rows)}`;
}

function cellRows(cell: Cell, shown: ReturnType<typeof columnsFor>, { run }: Context): string[][] {
  const summaries = shown.map(({ of }) => {
    const values = done(cell).map((one) => of(one, run));
    return values.every((value) => value !== undefined) ? summarize(values) : undefined;
  });
  const label = `**${plain(cell.target.name)}** (n = ${done(cell).length})`;
  return STATISTICS.map(([name, pick], at) => [
    at === 0 ? label : "",
    name,
    ...summaries.map((summary) => number(summary && pick(summary))),
  ]);
}
