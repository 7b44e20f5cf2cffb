/** The class in pictures, drawn once as SVG. */
import { bin, ticks } from "d3-array";
import { type Figure, PALETTE, QUIET, vegaLite } from "../../../src/plots/index.ts";
import type { Gradebook } from "../gradebook.ts";
import { formatPoints } from "../points.ts";
import { printable } from "../printable.ts";
import type { ClassStatistics, TestStatistics } from "./statistics.ts";

/** Of a plot without its labels, in pixels: two stand side by side. */
const WIDTH = 350;

const plural = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;

export function distribution({ entries }: Gradebook, { score }: ClassStatistics): Figure | undefined {
  if (!score) return undefined;
  const max = Math.max(...entries.map(({ grade }) => grade.max));
  const scores = entries.filter(({ graded }) => graded !== undefined).map(({ grade }) => grade.score);
  const inner = ticks(0, max, 12).filter((edge) => edge > 0 && edge < max);
  const rows = bin()
    .domain([0, max])
    .thresholds(inner)(scores)
    .map((values) => ({
      from: values.x0!,
      to: values.x1!,
      submissions: values.length,
    }));
  const title = "Scores";
  const axis = { title: `score (points of ${formatPoints(max)})`, values: [0, ...inner, max] };
  return vegaLite(
    {
      title: {
        text: title,
        subtitle: `median ${formatPoints(score.median)}, mean ${formatPoints(score.mean)}`,
      },
      width: WIDTH,
      height: 200,
      layer: [
        {
          data: { values: rows },
          mark: { type: "bar", color: PALETTE.blue, binSpacing: 2 },
          encoding: {
            x: {
              field: "from",
              type: "quantitative",
              bin: { binned: true },
              axis,
              scale: { domain: [0, max] },
            },
            x2: { field: "to" },
            y: { field: "submissions", type: "quantitative", title: "submissions", axis: { tickMinStep: 1 } },
          },
        },
        {
          data: { values: [{ median: score.median }] },
          mark: { type: "rule", color: PALETTE.vermillion, strokeWidth: 2 },
          encoding: { x: { field: "median", type: "quantitative" } },
        },
      ],
    },
    {
      title,
      alt: `${plural(score.count, "submission")}; the middle half lies between ${formatPoints(score.lower)} and ${formatPoints(score.upper)} of ${formatPoints(max)} points.`,
    },
  );
}

export function partsFigure({ parts }: ClassStatistics): Figure | undefined {
  if (parts.length === 0) return undefined;
  const rows = parts.map(({ part, summary }) => {
    const percent = (points: number) => (100 * points) / part.points;
    const { min, lower, median, mean, upper, max } = summary;
    return {
      part: part.title,
      min: percent(min),
      lower: percent(lower),
      median: percent(median),
      mean: percent(mean),
      upper: percent(upper),
      max: percent(max),
    };
  });
  const title = "Parts";
  const x = (field: string) => ({
    field,
    type: "quantitative",
    title: "points (% of the part's)",
    scale: { domain: [0, 100] },
  });
  return vegaLite(
    {
      title: { text: title, subtitle: "line: all; box: middle half; stroke: median; dot: mean" },
      data: { values: rows },
      width: WIDTH,
      height: { step: 36 },
      encoding: { y: { field: "part", type: "nominal", title: null, sort: null, axis: { labelLimit: 170 } } },
      layer: [
        { mark: { type: "rule", color: QUIET }, encoding: { x: x("min"), x2: { field: "max" } } },
        {
          mark: { type: "bar", color: PALETTE.blue, opacity: 0.55, size: 16 },
          encoding: { x: x("lower"), x2: { field: "upper" } },
        },
        {
          mark: { type: "tick", color: PALETTE.vermillion, thickness: 3, size: 22 },
          encoding: { x: x("median") },
        },
        {
          mark: { type: "point", color: QUIET, filled: true, size: 45, opacity: 1 },
          encoding: { x: x("mean") },
        },
      ],
    },
    {
      title,
      alt: parts
        .map(({ part, summary }) => `${part.title}: median ${formatPoints(summary.median)} of ${part.points}`)
        .join("; "),
    },
  );
}

/** Rows of the picture; a table has them all. */
const HARDEST = 10;

const KINDS = {
  "partly right": PALETTE.blue,
  failed: PALETTE.vermillion,
  "stopped or crashed": PALETTE.purple,
} as const;

function kinds({ outcomes }: TestStatistics): Record<keyof typeof KINDS, number> {
  const { partly, failed, timeout, memory, crashed, divergence } = outcomes;
  return { "partly right": partly, failed, "stopped or crashed": timeout + memory + crashed + divergence };
}

const short = (text: string) => (text.length > 48 ? `${text.slice(0, 46)}…` : text);

export function hardestFigure({ tests }: ClassStatistics): Figure | undefined {
  const shown = tests.filter(({ missed }) => missed > 0).slice(0, HARDEST);
  if (shown.length === 0) return undefined;
  const repeated = new Set(shown.map(({ name }) => name)).size < shown.length;
  const rows = shown.flatMap((test, rank) => {
    const all = Object.values(test.outcomes).reduce((sum, count) => sum + count, 0);
    const label = short(
      printable(repeated ? `${test.part.id}: ${test.name}` : test.name).replaceAll("`", ""),
    );
    return Object.entries(kinds(test)).map(([kind, count], order) => ({
      rank,
      label,
      kind,
      order,
      percent: (100 * count) / all,
    }));
  });
  const used = Object.entries(KINDS).filter(([kind]) =>
    rows.some((row) => row.kind === kind && row.percent > 0),
  );
  const title = "Hardest hidden tests";
  const labels = shown.map((_, rank) => rows.find((row) => row.rank === rank)!.label);
  return vegaLite(
    {
      title: { text: title, subtitle: "share of those whose component ran" },
      data: { values: rows },
      width: WIDTH,
      height: { step: 24 },
      mark: { type: "bar", size: 15 },
      encoding: {
        y: {
          field: "rank",
          type: "ordinal",
          title: null,
          axis: {
            labelExpr: `${JSON.stringify(labels)}[datum.value]`,
            labelLimit: 340,
            ticks: false,
            domain: false,
          },
        },
        x: { field: "percent", type: "quantitative", title: "did not pass (%)", scale: { domain: [0, 100] } },
        color: {
          field: "kind",
          type: "nominal",
          title: null,
          scale: { domain: used.map(([kind]) => kind), range: used.map(([, colour]) => colour) },
        },
        order: { field: "order" },
      },
    },
    {
      title,
      alt: shown
        .slice(0, 3)
        .map(({ name, missed }) => `${name}: ${Math.round(100 * missed)} % did not pass`)
        .join("; "),
    },
  );
}
