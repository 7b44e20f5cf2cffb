/** Memory of a host over the instances on it: containers against virtual machines. */
import { lineChart } from "./charts/line.ts";
import type { Figure } from "./figure.ts";

/** So many instances, of one kind. */
export interface DensityRow {
  isolation: string;
  instances: number;
  memory: number;
  /** There was room for. */
  running: number;
  /** MiB. */
  used: number;
}

/** Where fewer ran than were to, that is where the line ends. */
export function density(rows: readonly DensityRow[]): Figure {
  const title = "One more of the same";
  const drawn = rows.filter(
    ({ isolation, running }, at) =>
      running > 0 && rows.findIndex((row) => row.isolation === isolation && row.running === running) === at,
  );
  const most = Math.max(...rows.map(({ memory }) => memory));
  const told = [...new Set(rows.map(({ isolation }) => isolation))].map((isolation) => {
    const own = rows.filter((row) => row.isolation === isolation);
    const last = own.reduce((best, row) => (row.running > best.running ? row : best), own[0]!);
    const isFull = last.running < Math.max(...own.map(({ instances }) => instances));
    return `${isolation}: ${last.running} in ${last.used.toFixed(1)} MiB${isFull ? ", and no room for more" : ""}`;
  });
  return lineChart(
    drawn.map((row) => ({ ...row })),
    {
      title,
      subtitle: `Memory of a host of ${most} MiB. A line ends where the next instance finds no room.`,
      alt: `${title}. ${told.join("; ")}.`,
      columns: {
        running: { label: "instances that run", unit: "1" },
        used: { label: "memory in use", unit: "MiB" },
        isolation: { label: "as", unit: "" },
      },
      x: "running",
      y: "used",
      series: "isolation",
      range: [0, most],
    },
  );
}
