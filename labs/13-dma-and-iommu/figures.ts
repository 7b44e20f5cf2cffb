/** The figures that only lab 13 draws. */
import type { Prediction } from "../../src/course/index.ts";
import { barChart, type Figure, lineChart } from "../../src/plots/index.ts";
import { type dmaRows, openingRows } from "./measure.ts";

/** Opens the lab: three ways, two of them without their names. */
export function opening(): Figure {
  const rows = openingRows();
  return barChart(rows, {
    title: "A device behind a lock",
    subtitle:
      "Packets that one processor gets through when the device may reach a buffer only while it is to be filled",
    alt: rows.map(({ way, packets }) => `${way}: ${packets} thousand packets a second.`).join(" "),
    columns: {
      way: { label: "how a buffer is taken back", unit: "" },
      packets: { label: "packets", unit: "thousand/s" },
    },
    x: "way",
    y: "packets",
    series: "way",
  });
}

/** What a packet costs over the limit, beside what was predicted. */
export function predictedAndMeasured(rows: ReturnType<typeof dmaRows>, prediction: Prediction): Figure {
  const drawn = [
    ...rows.map(({ limit, cycles }) => ({ limit, cycles, curve: "measured" })),
    ...prediction.rows("limit", "cycles", { curve: "predicted" }),
  ];
  return lineChart(drawn, {
    title: "What forgetting costs",
    subtitle: "Your tables, walked by the remapping unit; your flushes, paid for by the processor",
    alt: rows.map(({ limit, cycles }) => `limit ${limit}: ${cycles} cycles.`).join(" "),
    columns: {
      limit: { label: "pages that may wait for one flush", unit: "" },
      cycles: { label: "cost", unit: "cycles per packet" },
      curve: { label: "curve", unit: "" },
    },
    x: "limit",
    y: "cycles",
    series: "curve",
    log: ["x"],
  });
}

/** How many buffers a device still reaches after they were taken back. */
export function stillReached(rows: ReturnType<typeof dmaRows>): Figure {
  return lineChart(
    rows.map(({ limit, late }) => ({ limit, late })),
    {
      title: "What the device still reaches",
      subtitle: "Buffers to which it can write although the driver has taken them back",
      alt: rows.map(({ limit, late }) => `limit ${limit}: ${late} %.`).join(" "),
      columns: {
        limit: { label: "pages that may wait for one flush", unit: "" },
        late: { label: "still reached", unit: "%" },
      },
      x: "limit",
      y: "late",
      range: [0, 105],
      log: ["x"],
    },
  );
}
