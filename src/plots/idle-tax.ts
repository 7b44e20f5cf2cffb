/** What a tax on idle memory gives to a busy machine. */
import { lineChart } from "./charts/line.ts";
import type { Figure } from "./figure.ts";

export interface IdleTaxRow {
  tax: number;
  /** Requests a second. */
  throughput: number;
  /** MiB. */
  busy: number;
  idle: number;
}

export function idleTax(rows: readonly IdleTaxRow[]): Figure {
  const title = "A tax on idle memory";
  const told = rows.map(({ tax, busy, idle }) => `${tax}: ${Math.round(busy)} and ${Math.round(idle)} MiB`);
  const drawn = rows.flatMap(({ tax, busy, idle }) => [
    { tax, memory: busy, machine: "busy" },
    { tax, memory: idle, machine: "idle" },
  ]);
  return lineChart(drawn, {
    title,
    subtitle: "Memory of a busy and an idle machine with equal shares.",
    alt: `${title}. Memory of the busy and of the idle machine by tax: ${told.join("; ")}.`,
    columns: {
      tax: { label: "tax rate τ", unit: "1" },
      memory: { label: "memory", unit: "MiB" },
      machine: { label: "machine", unit: "" },
    },
    x: "tax",
    y: "memory",
    series: "machine",
  });
}
