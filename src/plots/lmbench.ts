/** lmbench's latencies, system by system. */
import { stripChart } from "./charts/strip.ts";
import type { Figure } from "./figure.ts";

/** One operation below one monitor. */
export interface LmbenchRow {
  system: string;
  operation: string;
  microseconds: number;
}

export function lmbench(rows: readonly LmbenchRow[]): Figure {
  const title = "Processes and context switches below each monitor";
  // A switch is a difference of two measurements: it may come out as nothing, which has no logarithm.
  const drawn = rows.filter(({ microseconds }) => microseconds > 0);
  return stripChart(
    drawn.map((row) => ({ ...row })),
    {
      title,
      subtitle: "Latency of one operation; a logarithmic axis.",
      alt: `${title}. ${slowest(drawn)}`,
      columns: {
        system: { label: "system", unit: "" },
        operation: { label: "operation", unit: "" },
        microseconds: { label: "latency", unit: "µs" },
      },
      x: "microseconds",
      y: "system",
      facet: "operation",
      panels: 2,
    },
  );
}

/** How many times slower than on the bare machine the slowest is, operation by operation. */
function slowest(rows: readonly LmbenchRow[]): string {
  return [...new Set(rows.map(({ operation }) => operation))]
    .map((operation) => {
      const some = rows.filter((row) => row.operation === operation);
      const worst = some.reduce((a, b) => (b.microseconds > a.microseconds ? b : a));
      const native = some.find(({ system }) => system === "native");
      const times = native ? `, ${(worst.microseconds / native.microseconds).toFixed(1)} times native` : "";
      return `${operation} is slowest on ${worst.system} (${worst.microseconds.toPrecision(3)} µs${times}).`;
    })
    .join(" ");
}
