/** The figures that only this lab draws. */
import type { Prediction } from "../../src/course/index.ts";
import { type Figure, lineChart, type Markup, markdown, type Row, table } from "../../src/plots/index.ts";
import { TRANSLATION_POLICY } from "../../src/systems/index.ts";
import type { Translator } from "./component.ts";
import { countedRows, type Point, warmingRows } from "./measure.ts";

const NO_ROWS = "nothing was measured: the guest went wrong";

const COLUMNS = {
  rounds: { label: "rounds that the kernel runs", unit: "" },
  slowdown: { label: "cycles, over those on the bare machine", unit: "1" },
  locks: { label: "the kernel's locks", unit: "" },
  cache: { label: "size of the code cache", unit: "KiB" },
  series: { label: "the kernel calls", unit: "" },
};

const said = (rows: readonly Row[]) => rows.map((row) => Object.values(row).join(", ")).join("; ") || NO_ROWS;

/** Opens the lab: the same kernel, cold and warm. */
export function opening(): Figure {
  const rows = warmingRows(
    TRANSLATION_POLICY as Translator,
    [1, 3, 10, 30, 100, 300, 1000],
    ["none", "pushf, cli, popf", "cli, sti"],
  );
  return lineChart(rows, {
    title: "Can a program be faster than itself?",
    subtitle: "A kernel of 100 functions, translated, against itself on the bare machine.",
    alt: `Slow-down against rounds, by the kernel's locks: ${said(rows)}.`,
    columns: COLUMNS,
    ...{ x: "rounds", y: "slowdown", series: "locks", log: ["x", "y"] },
  });
}

/** What was measured, and the student's curve beside it. */
export function predictedAndMeasured(rows: readonly Row[], prediction: Prediction): Figure | Markup {
  const series = `${prediction.question}, predicted`;
  const all = [...rows, ...prediction.rows("cache", "slowdown", { series })];
  return slowdownByCache(all, "A cliff");
}

export function slowdownByCache(rows: readonly Row[], title: string): Figure | Markup {
  if (rows.length === 0) return markdown(`_No curve: ${NO_ROWS}._`);
  return lineChart(rows, {
    title,
    subtitle: "The same kernel, 30 rounds, in code caches of several sizes.",
    alt: `Slow-down against the size of the code cache: ${said(rows)}.`,
    columns: COLUMNS,
    ...{ x: "cache", y: "slowdown", series: "series", log: ["y"] },
  });
}

/** The prediction farthest from what was measured, in a sentence. */
export function surprise(rows: readonly Row[], prediction: Prediction): string {
  return prediction.surprise("cache size", (cache) => {
    const slowdown = rows.find((row) => row.cache === cache)?.slowdown;
    return typeof slowdown === "number" ? slowdown : undefined;
  });
}

/** What was counted at each point, in a table. */
export function countedTable(component: Translator, points: readonly Point[]): Markup {
  const rows = countedRows(component, points);
  return rows.length === 0 ? markdown(`_No table: ${NO_ROWS}._`) : table(rows);
}
