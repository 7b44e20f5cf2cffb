/** The figures that only lab 15 draws. */
import type { Prediction } from "../../src/course/index.ts";
import { barChart, type Columns, type Figure, lineChart, type Markup, table } from "../../src/plots/index.ts";
import { type copyRows, type jobRows, openingRows, type shareRows } from "./measure.ts";

const TIME = { label: "time", unit: "ms" };
const GOT = { label: "processor time so far", unit: "ms" };
const CONTAINER = { label: "container", unit: "" };

const last = (rows: ReturnType<typeof openingRows>, container: string) =>
  rows.filter((row) => row.container === container).at(-1)!.got;
const ends = (rows: ReturnType<typeof openingRows>) =>
  ["A", "B"].map((one) => `${one} has got ${Math.round(last(rows, one))} ms.`).join(" ");

/** Opens the lab: A has the larger weight, and gets less. */
export function opening(): Figure {
  const rows = openingRows();
  return lineChart(rows, {
    title: "Two containers on one processor",
    subtitle: "Both only compute. A has three times the weight of B.",
    alt: ends(rows),
    columns: { time: TIME, got: GOT, container: CONTAINER },
    ...{ x: "time", y: "got", series: "container" },
  });
}

/** What both have got, by the component. */
export function shares(rows: ReturnType<typeof shareRows>["rows"], subtitle: string): Figure {
  return lineChart(rows, {
    title: "Two containers on one processor, charged by you",
    ...{ subtitle, alt: ends(rows) },
    columns: { time: TIME, got: GOT, container: CONTAINER },
    ...{ x: "time", y: "got", series: "container" },
  });
}

const WORK = { label: "work of the job", unit: "ms" };
const ELAPSED = { label: "until it is done", unit: "ms" };

/** How long a job takes under a limit, beside what was predicted. */
export function predictedAndMeasured(rows: ReturnType<typeof jobRows>, prediction: Prediction): Figure {
  const drawn = [
    ...rows.map(({ work, elapsed }) => ({ work, elapsed, curve: "measured" })),
    ...prediction.rows("work", "elapsed", { curve: "predicted" }),
  ];
  return lineChart(drawn, {
    title: "A job in a container with a limit",
    subtitle: "20 ms of each 100 ms, on a machine that has nothing else to do",
    alt: rows.map(({ work, elapsed }) => `${work} ms of work: done after ${elapsed} ms.`).join(" "),
    columns: { work: WORK, elapsed: ELAPSED, curve: { label: "curve", unit: "" } },
    ...{ x: "work", y: "elapsed", series: "curve" },
  });
}

/** The same share in large and in small pieces. */
export function pieces(rows: ReturnType<typeof jobRows>): Figure {
  return lineChart(rows, {
    title: "A fifth of a processor, in two ways",
    subtitle: "A job in a container with a limit, on a machine that has nothing else to do",
    alt: rows.map(({ limit, work, elapsed }) => `${limit}, ${work} ms: ${elapsed} ms.`).join(" "),
    columns: { work: WORK, elapsed: ELAPSED, limit: { label: "limit", unit: "" } },
    ...{ x: "work", y: "elapsed", series: "limit" },
  });
}

const named = (label: string, unit = "") => ({ label, unit });
const COLUMNS: Columns = {
  work: WORK,
  elapsed: ELAPSED,
  waited: named("waited", "ms"),
  limit: named("limit"),
  quota: named("quota"),
  container: CONTAINER,
  weight: named("weight"),
  ran: named("ran", "ms"),
  periods: named("periods"),
  throttledPeriods: named("throttled"),
  throttled: named("waited", "ms"),
  size: named("size of the file", "MiB"),
  act: named("what the container does"),
  own: named("its own layer", "MiB"),
  image: named("the image", "MiB"),
  names: named("names in its own layer"),
};

/** Rows of this lab under the names and units of their columns. */
export function counted(rows: readonly Readonly<Record<string, string | number>>[]): Markup {
  return table(rows, {
    columns: Object.fromEntries(Object.entries(COLUMNS).filter(([name]) => name in (rows[0] ?? {}))),
  });
}

/** What a container's own layer holds after it has done one thing. */
export function copied(rows: ReturnType<typeof copyRows>): Figure {
  return barChart(rows, {
    title: "What one thing done to a file of the image costs",
    subtitle: "In the container's own layer afterwards; no bar: no data at all",
    alt: rows.map(({ size, act, own }) => `${size} MiB, ${act}: ${own} MiB.`).join(" "),
    columns: {
      act: { label: "what the container does", unit: "" },
      own: { label: "its own layer", unit: "MiB" },
      size: { label: "size of the file (MiB)", unit: "" },
    },
    ...{ x: "act", y: "own", series: "size" },
  });
}
