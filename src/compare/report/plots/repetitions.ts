/** Every repetition, its mean and interval, target below target: one picture for each quantity and scenario. */
import { mean } from "d3-array";
import { type Figure, vegaLite } from "../../../plots/index.ts";
import { meanInterval } from "../../analysis/bootstrap.ts";
import { type Measure, measuresFor, valuesOf } from "../../analysis/measures.ts";
import { type Context, type Place, placesOf } from "../context.ts";
import { number } from "../markdown.ts";

/** As in src/plots: dots of repetitions are there but are not the point. */
const DOT = "#7F8489";
const MEAN = "#2684C4";

export function repetitionFigure(context: Context): { name: string; figure: Figure }[] {
  const groups = new Map<string, { measure: Measure; places: Place[] }>();
  for (const place of placesOf(context))
    for (const measure of measuresFor(place.case.workload, place.cells)) {
      if (!place.cells.some((cell) => valuesOf(cell, measure))) continue;
      const key = `${place.scenario.name}-${measure.unit.replace(/\W+/g, "")}-${measure.label.split(" ").at(-1)}`;
      const group = groups.get(key) ?? { measure, places: [] };
      group.places.push(place);
      groups.set(key, group);
    }
  return [...groups].map(([key, { measure, places }]) => ({
    name: `repetitions-${key}`,
    figure: draw(measure, places, context),
  }));
}

function draw(measure: Measure, places: readonly Place[], { run }: Context): Figure {
  const scenario = places[0]!.scenario.name;
  const targets = places[0]!.cells.map(({ target }) => target.name);
  const said: string[] = [];
  const views = places.map((place, at) => {
    const rows = place.cells.flatMap((cell) => {
      const values = valuesOf(cell, measure);
      if (!values) return [];
      const target = cell.target.name;
      const centre = mean(values)!;
      said.push(`${place.case.name}, ${target}: ${number(centre)}`);
      const interval =
        values.length > 1 ? meanInterval(values, { seed: run.facts.seed }) : { low: centre, high: centre };
      return [
        ...values.map((value) => ({ target, value, kind: "repetition" })),
        { target, value: centre, ...interval, kind: "mean" },
      ];
    });
    return view(
      rows,
      place.case.name,
      at === places.length - 1 ? `${measure.label} (${measure.unit})` : "",
      targets,
    );
  });
  const title = `${scenario}: ${measure.label}`;
  return vegaLite(
    {
      title: {
        text: title,
        subtitle:
          "Grey: repetitions. Blue: their mean with its 95 % confidence interval. The axis begins at zero.",
      },
      vconcat: views,
      spacing: 14,
    },
    { title, alt: `${title}. Means: ${said.join("; ")} ${measure.unit}.` },
  );
}

function view(values: readonly object[], name: string, title: string, targets: readonly string[]): object {
  const y = {
    field: "target",
    type: "nominal",
    sort: targets,
    scale: { domain: targets },
    title: null,
    axis: { title: null, grid: true },
  };
  const x = (field: string) => ({
    field,
    type: "quantitative",
    scale: { zero: true },
    title,
    axis: { title },
  });
  const only = (kind: string) => [{ filter: `datum.kind === '${kind}'` }];
  return {
    title: { text: name, fontSize: 12, offset: 4 },
    width: 560,
    height: { step: 24 },
    data: { values },
    layer: [
      {
        transform: only("repetition"),
        mark: { type: "point", size: 40, opacity: 0.7, color: DOT },
        encoding: { x: x("value"), y },
      },
      {
        transform: only("mean"),
        mark: { type: "rule", strokeWidth: 2.5, color: MEAN },
        encoding: { x: x("low"), x2: { field: "high" }, y },
      },
      {
        transform: only("mean"),
        mark: { type: "point", filled: true, size: 70, opacity: 1, color: MEAN },
        encoding: { x: x("value"), y },
      },
    ],
  };
}
