/** How long it takes until a program runs: a process, a container, virtual machines. */
import { stripChart } from "./charts/strip.ts";
import type { Figure } from "./figure.ts";

export interface StartUpRow {
  target: string;
  microseconds: number;
}

export function startUp(rows: readonly StartUpRow[]): Figure {
  const title = "From nothing to a program";
  const told = rows.map(({ target, microseconds }) => `${target}: ${microseconds.toPrecision(3)} µs`);
  return stripChart(
    rows.map((row) => ({ ...row })),
    {
      title,
      subtitle:
        "Of a container the process and the way into the kernel for each call; a small guest, read from its disk.",
      alt: `${title}, to its first instruction. ${told.join("; ")}.`,
      columns: {
        target: { label: "target", unit: "" },
        microseconds: { label: "to the program's first instruction", unit: "µs" },
      },
      x: "microseconds",
      y: "target",
    },
  );
}
