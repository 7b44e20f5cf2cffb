/** The tables that only lab 16 shows. */
import { type Markup, table } from "../../src/plots/index.ts";
import type { driftRows } from "./drift.ts";
import type { effectRows, simulatedRows, summaryRows, suspicionRows } from "./measure.ts";

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
