/** What a kernel that could be paravirtualized pays on the bare machine. */
import { barChart } from "./charts/bar.ts";
import type { Figure } from "./figure.ts";

/** One kernel with one workload. */
export interface PvOpsRow {
  variant: string;
  workload: string;
  /** Cycles above the vanilla kernel, in per cent. */
  overhead: number;
}

export function pvOps(rows: readonly PvOpsRow[]): Figure {
  const title = "What pv-ops cost on the bare machine";
  const told = rows.map(
    ({ variant, workload, overhead }) => `${workload}, ${variant}: ${overhead.toFixed(2)} %`,
  );
  return barChart(
    rows.map((row) => ({ ...row })),
    {
      title,
      subtitle: "Cycles above a kernel with its privileged instructions in their places.",
      alt: `${title}. ${told.join("; ")}.`,
      columns: {
        variant: { label: "kernel", unit: "" },
        workload: { label: "workload", unit: "" },
        overhead: { label: "above vanilla", unit: "%" },
      },
      x: "variant",
      y: "overhead",
      facet: "workload",
    },
  );
}
