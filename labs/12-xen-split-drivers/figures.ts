/** The figures that only lab 12 draws. */
import type { Prediction } from "../../src/course/index.ts";
import { barChart, type Figure, lineChart } from "../../src/plots/index.ts";
import { type depthRows, openingRows, type pathOf, type sizeRows } from "./measure.ts";

const KILOBYTES = { label: "a request", unit: "KiB" };
const CYCLES = { label: "processor's work", unit: "cycles per request" };
const DEPTH = { label: "requests at once", unit: "" };

/** Opens the lab: three ways to share a page, without their names. */
export function opening(): Figure {
  const rows = openingRows();
  return lineChart(rows, {
    title: "Three ways to read another domain's page",
    subtitle: "16 requests of a disk at once. One of the three never touches the bytes.",
    alt: rows.map(({ way, kilobytes, cycles }) => `${way}, ${kilobytes} KiB: ${cycles} cycles.`).join(" "),
    columns: { kilobytes: KILOBYTES, cycles: CYCLES, way: { label: "pages are shared", unit: "" } },
    ...{ x: "kilobytes", y: "cycles", series: "way", log: ["x", "y"] },
  });
}

/** Notifications over the depth of the ring, beside what was predicted. */
export function predictedAndMeasured(rows: ReturnType<typeof depthRows>, prediction: Prediction): Figure {
  const drawn = [
    ...rows.map(({ depth, notifications, told }) => ({ depth, notifications, told: told as string })),
    ...prediction.rows("depth", "notifications", { told: "predicted" }),
  ];
  return lineChart(drawn, {
    title: "A deeper ring is not a quieter one",
    subtitle: "Your split drivers, and a disk that answers one request after the other",
    alt: rows
      .map(({ told, depth, notifications }) => `told of ${told} answer, ${depth} at once: ${notifications}.`)
      .join(" "),
    columns: {
      depth: DEPTH,
      notifications: { label: "notifications, both ways", unit: "per request" },
      told: { label: "answers that the front end is told of", unit: "" },
    },
    ...{ x: "depth", y: "notifications", series: "told", log: ["x"] },
  });
}

/** What that saves. */
export function workOfDepth(rows: ReturnType<typeof depthRows>): Figure {
  return lineChart(
    rows.map(({ depth, cycles, told }) => ({ depth, cycles, told })),
    {
      title: "What silence is worth",
      subtitle: "A notification that nobody needs is a hypercall, an upcall and two switches between domains",
      alt: rows
        .map(({ told, depth, cycles }) => `told of ${told} answer, ${depth} at once: ${cycles}.`)
        .join(" "),
      columns: {
        depth: DEPTH,
        cycles: CYCLES,
        told: { label: "answers that the front end is told of", unit: "" },
      },
      ...{ x: "depth", y: "cycles", series: "told", log: ["x"] },
    },
  );
}

/** The opening with names, on the student's own grants. */
export function sizes(rows: ReturnType<typeof sizeRows>, subtitle: string): Figure {
  return lineChart(
    rows.map(({ pages, kilobytes, cycles }) => ({ pages, kilobytes, cycles })),
    {
      title: "Map, keep or copy",
      subtitle,
      alt: rows
        .map(({ pages, kilobytes, cycles }) => `${pages}, ${kilobytes} KiB: ${cycles} cycles.`)
        .join(" "),
      columns: { kilobytes: KILOBYTES, cycles: CYCLES, pages: { label: "pages are", unit: "" } },
      ...{ x: "kilobytes", y: "cycles", series: "pages" },
      // Where nothing goes through, nothing was paid for.
      log: rows.every(({ cycles }) => cycles > 0) ? ["x", "y"] : ["x"],
    },
  );
}

/** Who works for a frame and its answer. */
export function work(steps: ReturnType<typeof pathOf>): Figure {
  const REST = "grants, events, rings";
  const NAMES: Readonly<Record<string, string>> = {
    hypercall: "hypercalls' way in and out",
    domainSwitch: "switches between domains",
    packet: "network code of Domain 0",
  };
  const rows = ["out", "back"].flatMap((way) =>
    [...Object.values(NAMES), REST].map((what) => {
      const paid = steps.filter((step) => step.way === way && (NAMES[step.event] ?? REST) === what);
      return { way, what, cycles: paid.reduce((sum, { cycles }) => sum + cycles, 0) };
    }),
  );
  return barChart(rows, {
    title: "A frame and its answer through Domain 0",
    subtitle: "By what was paid for on the way",
    alt: rows.map(({ way, what, cycles }) => `${way}, ${what}: ${cycles} cycles.`).join(" "),
    columns: {
      what: { label: "work", unit: "" },
      cycles: { label: "cost", unit: "cycles" },
      way: { label: "way", unit: "" },
    },
    ...{ x: "what", y: "cycles", series: "way" },
  });
}
