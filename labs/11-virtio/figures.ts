/** The figures that only lab 11 draws. */
import type { Prediction } from "../../src/course/index.ts";
import { type Figure, lineChart } from "../../src/plots/index.ts";
import { reference, type rowsOf } from "./measure.ts";

const NAMES: Readonly<Record<string, string>> = {
  "IDE registers": "disk A",
  "virtqueue, flags": "disk B",
  "virtqueue, event index": "disk C",
};

interface Drawn {
  readonly disk: string;
  readonly batch: number;
  readonly exits: number;
}

function draw(rows: readonly Drawn[], title: string, subtitle: string): Figure {
  const last = Math.max(...rows.map(({ batch }) => batch));
  return lineChart(
    rows.filter(({ exits }) => exits > 0).map(({ disk, batch, exits }) => ({ disk, batch, exits })),
    {
      ...{ title, subtitle, x: "batch", y: "exits", series: "disk", log: ["x", "y"] },
      alt: rows
        .filter(({ batch }) => batch === last)
        .map(
          ({ disk, exits }) => `${disk}: ${exits.toFixed(2)} exits for each request in batches of ${last}.`,
        )
        .join(" "),
      columns: {
        batch: { label: "requests at once", unit: "" },
        exits: { label: "exits and interrupts for each", unit: "" },
        disk: { label: "disk", unit: "" },
      },
    },
  );
}

/** Opens the lab: three disks without their names. */
export function opening(): Figure {
  const rows = reference().map((row) => ({ ...row, disk: NAMES[row.disk] as string }));
  return draw(
    rows,
    "How often a guest is left for a sector",
    "Three disks, 64 sectors, more and more at once",
  );
}

export function predictedAndMeasured(rows: ReturnType<typeof rowsOf>, prediction: Prediction): Figure {
  const mine = prediction.rows("batch", "exits", { disk: "predicted" }) as unknown as Drawn[];
  return draw([...rows, ...mine], "What it takes to read a sector", "Your queue under the real block device");
}
