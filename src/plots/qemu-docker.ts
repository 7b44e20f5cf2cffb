/** sysbench on the bare machine, in a container and in virtual machines: how much less is left, scenario by scenario. */
import { stripChart } from "./charts/strip.ts";
import type { Figure } from "./figure.ts";

/** One scenario on one target. */
export interface QemuDockerRow {
  target: string;
  scenario: string;
  /** The bare machine's events or requests a second over its own. */
  fewer: number;
}

export function qemuDocker(rows: readonly QemuDockerRow[]): Figure {
  const title = "What a container and a virtual machine leave of sysbench";
  const told = rows.map(({ target, scenario, fewer }) => `${scenario}, ${target}: ${fewer.toFixed(2)}`);
  return stripChart(
    rows.map((row) => ({ ...row })),
    {
      title,
      subtitle:
        "A container's process is one of the bare machine's. QEMU translates, and calls a function for each division and double.",
      alt: `${title}. The bare machine's rate over each one's: ${told.join("; ")}.`,
      columns: {
        target: { label: "target", unit: "" },
        scenario: { label: "scenario", unit: "" },
        fewer: { label: "the bare machine's rate over its own", unit: "×" },
      },
      x: "fewer",
      y: "target",
      facet: "scenario",
      panels: 2,
    },
  );
}
