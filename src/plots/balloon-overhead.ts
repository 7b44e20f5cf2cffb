/** A machine with a balloon beside one that was born as small. */
import { barChart } from "./charts/bar.ts";
import type { Figure } from "./figure.ts";

export interface BalloonOverheadRow {
  /** MiB that are left. */
  memory: number;
  /** Per cent of the throughput. */
  overhead: number;
}

export function balloonOverhead(rows: readonly BalloonOverheadRow[]): Figure {
  const title = "Born small, or made small";
  const told = rows.map(({ memory, overhead }) => `${memory} MiB: ${overhead.toFixed(1)} %`);
  return barChart(
    rows.map((row) => ({ ...row })),
    {
      title,
      subtitle:
        "Throughput that a balloon in a machine of 256 MiB costs, against one born with what is left.",
      alt: `${title}. Lost: ${told.join("; ")}.`,
      columns: {
        memory: { label: "memory that is left", unit: "MiB" },
        overhead: { label: "lost by the balloon", unit: "%" },
      },
      x: "memory",
      y: "overhead",
    },
  );
}
