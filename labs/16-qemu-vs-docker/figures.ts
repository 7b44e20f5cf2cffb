/** The figures that only lab 16 draws. */
import type { Prediction } from "../../src/course/index.ts";
import {
  type Figure,
  lineChart,
  type Markup,
  PALETTE,
  QUIET,
  type Row,
  stripChart,
  table,
  vegaLite,
} from "../../src/plots/index.ts";
import { cacheRows } from "./cache.ts";
import type { driftRows } from "./drift.ts";
import {
  type effectRows,
  type fileRows,
  type lawRows,
  type repetitionRows,
  reportRows,
  type simulatedRows,
  type summaryRows,
  type suspicionRows,
} from "./measure.ts";

/** Opens the lab: one question, five answers. */
export function opening(): Figure {
  const rows = reportRows();
  return stripChart(rows, {
    title: "How much faster is Docker?",
    subtitle:
      "sysbench cpu: the rate in Docker over the rate in a virtual machine of QEMU, as five reports of one homework have it",
    alt: rows.map(({ report, factor }) => `${report}: ${factor.toPrecision(3)} times.`).join(" "),
    columns: {
      report: { label: "report", unit: "" },
      factor: { label: "rate in Docker over rate in QEMU", unit: "×" },
    },
    ...{ x: "factor", y: "report" },
  });
}

const LIMIT = { label: "--cpu-max-prime", unit: "" };

/** What is left of the host's rate: predicted, simulated, measured. */
export function predictedAndMeasured(
  effects: ReturnType<typeof effectRows>,
  simulated: ReturnType<typeof simulatedRows>,
  prediction: Prediction,
): Figure {
  const measured = effects.flatMap(({ target, case: name, ratio }) => {
    const limit = Number(/^cpu-(\d+)$/.exec(name)?.[1]);
    return limit > 0 && Number.isFinite(ratio) && ["docker", "qemu-tcg"].includes(target)
      ? [{ limit, percent: 100 * ratio, curve: `${target}, measured` }]
      : [];
  });
  const limits = [...new Set(measured.map(({ limit }) => limit))];
  const qemu = simulated.find(({ target }) => target === "qemu-tcg")!;
  const drawn = [
    ...measured,
    ...limits.map((limit) => ({ limit, percent: 100 * qemu.ratio, curve: "qemu-tcg, simulated" })),
    ...prediction.rows("limit", "percent", { curve: "qemu-tcg, predicted" }),
  ];
  return lineChart(drawn, {
    title: "What is left of the host's processor",
    subtitle: "Events per CPU-second against the host's; means that your component lets be compared",
    alt: drawn
      .map(({ limit, percent, curve }) => `${curve} at ${limit}: ${Number(percent).toFixed(0)} %.`)
      .join(" "),
    columns: {
      limit: LIMIT,
      percent: { label: "of the host's rate", unit: "%" },
      curve: { label: "curve", unit: "" },
    },
    ...{ x: "limit", y: "percent", series: "curve", range: [0, 110] as const, log: ["x"] as const },
  });
}

/** Rates by limit on axes of equal ratios, with the law as dashes. */
export function law(rows: ReturnType<typeof lawRows>): Figure {
  return lineChart(rows, {
    title: "Events follow their divisions",
    subtitle:
      "Solid: measured. Dashed: one speed of each target over the divisions of an event, which are known",
    alt: rows
      .map(({ target, limit, rate, kind }) => `${target} at ${limit}, ${kind}: ${rate.toPrecision(3)}.`)
      .join(" "),
    columns: {
      limit: LIMIT,
      rate: { label: "events per CPU-second", unit: "1/s" },
      target: { label: "target", unit: "" },
      kind: { label: "line", unit: "" },
    },
    ...{ x: "limit", y: "rate", series: "target", dash: "kind", log: ["x", "y"] as const },
  });
}

const nominal = (field: string, title: string | null = null) => ({
  ...{ field, type: "nominal", sort: null, title, axis: { title, grid: true, labelAngle: 0 } },
});

/** Dots of every row on one line a name. */
function dots(
  rows: readonly Row[],
  { x, y, facet, log }: { x: { field: string; title: string }; y: string; facet: string; log: boolean },
  text: { title: string; subtitle: string; alt: string },
): Figure {
  const scale = log ? { type: "log", nice: true } : { zero: true };
  return vegaLite(
    {
      title: { text: text.title, subtitle: text.subtitle },
      data: { values: rows },
      columns: 1,
      facet: {
        field: facet,
        type: "nominal",
        title: null,
        sort: [...new Set(rows.map((row) => row[facet]))],
        header: { labelFontSize: 12, labelFontWeight: "bold" },
      },
      spec: {
        width: 520,
        height: { step: 22 },
        layer: [
          {
            mark: { type: "point", size: 38, opacity: 0.75, color: QUIET },
            encoding: { x: { field: x.field, type: "quantitative", scale, title: x.title }, y: nominal(y) },
          },
          {
            mark: { type: "tick", thickness: 3, size: 16, color: PALETTE.blue },
            encoding: {
              x: { field: x.field, type: "quantitative", aggregate: "mean", title: x.title },
              y: nominal(y),
            },
          },
        ],
      },
    },
    text,
  );
}

/** Every repetition by the clock and by what the processor worked. */
export function repetitions(rows: ReturnType<typeof repetitionRows>): Figure {
  return dots(
    rows,
    {
      x: { field: "share", title: "of the host's mean in the same case (×)" },
      y: "target",
      facet: "by",
      log: false,
    },
    {
      title: "One run, two clocks",
      subtitle: "Every repetition of processor work (grey), and the mean of the target (blue)",
      alt: `Dots of ${rows.length / 2} repetitions: spread widely by events per second, close together by events per CPU-second.`,
    },
  );
}

/** Reading files, repetition by repetition. */
export function filesRead(rows: ReturnType<typeof fileRows>): Figure {
  return dots(
    rows,
    { x: { field: "rate", title: "MiB read per second" }, y: "target", facet: "case", log: true },
    {
      title: "Who reads from a disk here?",
      subtitle: "Every repetition (grey) and their mean (blue), on an axis of equal ratios",
      alt: rows.map(({ target, case: name, rate }) => `${target}, ${name}: ${rate.toFixed(0)}.`).join(" "),
    },
  );
}

/** Why a little more memory can make a disk eight times as fast. */
export function cacheTrap(): Figure {
  const rows = cacheRows();
  return lineChart(rows, {
    title: "The same disk, and more memory",
    subtitle:
      "1.5 GiB of files for 30 s; 80 MiB/s from the disk, 3000 MiB/s from the page cache, 250 MiB for all else",
    alt: rows.map(({ memory, mode, rate }) => `${mode}, ${memory} MiB: ${rate.toFixed(0)} MiB/s.`).join(" "),
    columns: {
      memory: { label: "memory", unit: "MiB" },
      rate: { label: "throughput that is reported", unit: "MiB/s" },
      mode: { label: "files are read", unit: "" },
    },
    ...{ x: "memory", y: "rate", series: "mode", log: ["y"] as const },
  });
}

/** The same target twice, in two orders. */
export function drift(runs: ReturnType<typeof driftRows>): Figure {
  const rows = runs.flatMap((run) =>
    run.rows.map(({ order, position, rate, target }) => ({ order, position, rate, target })),
  );
  return vegaLite(
    {
      title: {
        text: "A and B are one and the same program",
        subtitle: "The machine gets 10 % slower while they are measured. Two orders",
      },
      data: { values: rows },
      columns: 2,
      facet: { field: "order", type: "nominal", title: null, sort: runs.map(({ order: name }) => name) },
      spec: {
        ...{ width: 300, height: 200 },
        mark: { type: "point", filled: true, size: 55, opacity: 1 },
        encoding: {
          x: { field: "position", type: "quantitative", title: "position in the run" },
          y: { field: "rate", type: "quantitative", title: "events per CPU-second", scale: { zero: false } },
          ...Object.fromEntries(
            [
              ["color", [PALETTE.blue, PALETTE.vermillion]] as const,
              ["shape", ["circle", "square"]] as const,
            ].map(([channel, range]) => [
              channel,
              {
                field: "target",
                type: "nominal",
                title: "target",
                scale: { domain: ["target A", "target B"], range },
              },
            ]),
          ),
        },
      },
    },
    {
      title: "A and B are one and the same program",
      alt: runs.map(({ order, effect }) => `${order}: ${effect?.verdict ?? "no effect"}.`).join(" "),
    },
  );
}

const plain = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, { label: name, unit: "" }]));

/** What both orders say. */
export const driftTable = (runs: ReturnType<typeof driftRows>): Markup =>
  table(
    runs.map(({ order, effect }) => ({
      order,
      "B over A": effect ? four(effect.ratio) : "none",
      from: effect ? four(effect.low) : "none",
      to: effect ? four(effect.high) : "none",
      verdict: effect?.verdict ?? "no effect",
    })),
  );

/** Whom the component does not believe: so many cells of a kind. */
export function suspicions(rows: ReturnType<typeof suspicionRows>): Markup {
  const kinds = [...new Set(rows.map(({ mistake }) => mistake))];
  return table(
    kinds.map((mistake) => {
      const of = rows.filter((row) => row.mistake === mistake);
      const targets = [...new Set(of.map(({ target }) => target))].join(", ");
      return { mistake, cells: of.length, targets };
    }),
    { columns: plain(["mistake", "cells", "targets"]) },
  );
}

const four = (value: number): number => Number(value.toPrecision(4));

/** The homework's table, of one scenario: the run's first unless another is named. */
export function summaries(rows: ReturnType<typeof summaryRows>, scenario = rows[0]?.scenario): Markup {
  const shown = rows
    .filter((row) => row.scenario === scenario)
    .map(({ mean, min, max, std, ...row }) => ({
      ...{ ...row, mean: four(mean), min: four(min), max: four(max) },
      std: typeof std === "number" ? four(std) : std,
    }));
  return table(shown, {
    columns: plain(["case", "target", "count", "mean", "min", "max", "std", "unit"]),
    caption: `Scenario ${scenario}`,
  });
}

/** What the simulator says of processor work. */
export const simulation = (rows: ReturnType<typeof simulatedRows>): Markup =>
  table(
    rows.map(({ target, perSecond, ratio, divisions }) => ({
      ...{ target, perSecond: Math.round(perSecond), ratio: four(ratio) },
      divisions: four(divisions / 1e6),
    })),
    {
      columns: {
        target: { label: "target", unit: "" },
        perSecond: { label: "events", unit: "1/s" },
        divisions: { label: "divisions", unit: "M/s" },
        ratio: { label: "of the host's", unit: "×" },
      },
    },
  );

/** What each target does to the host's figures, in one scenario: the run's first unless another is named. */
export const effects = (rows: ReturnType<typeof effectRows>, scenario = rows[0]?.scenario): Markup =>
  table(
    rows
      .filter((row) => row.scenario === scenario)
      .toSorted((a, b) => (a.case < b.case ? -1 : a.case > b.case ? 1 : 0)),
    { columns: plain(["case", "statement"]), caption: `Scenario ${scenario}` },
  );
