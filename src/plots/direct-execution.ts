/** How much of a program runs without the monitor, against how often it does something sensitive. */
import { lineChart } from "./charts/line.ts";
import type { Figure } from "./figure.ts";

/** One run of a random program under a monitor. */
export interface DirectExecutionRow {
  isa: string;
  monitor: "vmm" | "hybrid";
  /** Sensitive instructions of all instructions of the program, 0 to 1. */
  rate: number;
  /** Instructions that the hardware executed directly of all, 0 to 1. */
  direct: number;
  /** Traps that the monitor took. */
  traps: number;
  seed: number;
}

const MONITORS = { vmm: "virtual machine monitor", hybrid: "hybrid monitor" };

export function directExecution(rows: readonly DirectExecutionRow[]): Figure {
  const title = "What a monitor does not have to touch";
  return lineChart(
    rows.map((row) => ({ ...row, monitor: MONITORS[row.monitor] })),
    {
      title,
      subtitle: "The efficiency property, measured: innocuous instructions run directly.",
      alt: `Fraction of instructions executed directly against the rate of sensitive instructions. ${ends(rows)}`,
      columns: {
        isa: { label: "ISA", unit: "" },
        monitor: { label: "monitor", unit: "" },
        rate: { label: "sensitive instructions", unit: "fraction of all" },
        direct: { label: "executed directly", unit: "fraction of all" },
      },
      x: "rate",
      y: "direct",
      series: "monitor",
      facet: "isa",
      range: [0, 1],
    },
  );
}

/** The mean at the two ends of each monitor's curve, in words. */
function ends(rows: readonly DirectExecutionRow[]): string {
  const mean = (some: readonly DirectExecutionRow[]) =>
    (some.reduce((sum, { direct }) => sum + direct, 0) / some.length).toFixed(2);
  return (["vmm", "hybrid"] as const)
    .map((monitor) => rows.filter((row) => row.monitor === monitor))
    .filter((runs) => runs.length > 0)
    .map((runs) => {
      const rates = runs.map(({ rate }) => rate).sort((a, b) => a - b);
      const [low, high] = [rates[0]!, rates.at(-1)!];
      const at = (rate: number) => mean(runs.filter((run) => run.rate === rate));
      return `Under the ${MONITORS[runs[0]!.monitor]} it is ${at(low)} at ${low} and ${at(high)} at ${high}.`;
    })
    .join(" ");
}
