/** Programs that ask nothing of the kernel: their slow-down, system by system. */
import { stripChart } from "./charts/strip.ts";
import type { Figure } from "./figure.ts";

/** One program below one monitor. */
export interface CpuBoundRow {
  system: string;
  workload: string;
  /** × native. */
  slowdown: number;
}

export function cpuBound(rows: readonly CpuBoundRow[]): Figure {
  const title = "Programs that ask nothing of the kernel";
  const told = rows.map(
    ({ system, workload, slowdown }) => `${workload} on ${system}: ${slowdown.toFixed(2)}`,
  );
  return stripChart(
    rows.map((row) => ({ ...row })),
    {
      title,
      subtitle:
        "What runs as it is costs nothing; what is translated or interpreted pays for every instruction.",
      alt: `${title}. Slow-down against the bare machine: ${told.join("; ")}.`,
      columns: {
        system: { label: "system", unit: "" },
        workload: { label: "program", unit: "" },
        slowdown: { label: "slow-down", unit: "× native" },
      },
      x: "slowdown",
      y: "system",
      facet: "workload",
      panels: 2,
    },
  );
}
