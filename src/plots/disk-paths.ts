/** What leaves the guest for a disk request, over how many it asks for at once. */
import { lineChart } from "./charts/line.ts";
import type { Figure } from "./figure.ts";

/** One batch size on one path. */
export interface DiskPathsRow {
  path: string;
  /** Requests submitted before the device is told. */
  batch: number;
  /** VM exits for each request. */
  exits: number;
}

export function diskPaths(rows: readonly DiskPathsRow[]): Figure {
  const title = "Exits of a disk request, by the way it takes";
  const shown = rows.filter(({ path }) => path !== "native");
  const told = shown.map(({ path, batch, exits }) => `${path}, ${batch}: ${exits.toFixed(2)}`);
  return lineChart(
    shown.map((row) => ({ ...row })),
    {
      title,
      subtitle: "An emulated register is an exit each; a virtqueue shares its few among a batch.",
      alt: `${title}. Exits per request by batch: ${told.join("; ")}.`,
      columns: {
        path: { label: "path", unit: "" },
        batch: { label: "requests in a batch", unit: "" },
        exits: { label: "exits", unit: "per request" },
      },
      x: "batch",
      y: "exits",
      series: "path",
      log: ["x", "y"],
    },
  );
}
