/** What a packet costs under an IOMMU, over the buffers of the ring, by when translations are flushed. */
import { lineChart } from "./charts/line.ts";
import type { Figure } from "./figure.ts";

/** One way to flush at one size of the ring. */
export interface DmaFlushRow {
  policy: string;
  buffers: number;
  /** Of processor and device, for a packet. */
  cycles: number;
  /** Buffers that the device still reaches when they were taken back, in per cent. */
  late: number;
}

export function dmaFlush(rows: readonly DmaFlushRow[]): Figure {
  const title = "What a device must forget";
  const told = rows.map(
    ({ policy, buffers, cycles, late }) =>
      `${policy}, ${buffers} buffers: ${Math.round(cycles)}, ${Math.round(late)} % reached`,
  );
  const reached = [...new Map(rows.map(({ policy, late }) => [policy, late]))];
  // Where there is no unit, there is nothing to pay: a line on the axis that only takes a colour away.
  const costly = rows.filter(({ policy }) => policy !== "none");
  return lineChart(
    (costly.length > 0 ? costly : rows).map((row) => ({ ...row })),
    {
      title,
      subtitle: `Cost: tables, flushes, walks.\nBuffers still reached after they were taken back: ${reached.map(([policy, late]) => `${policy} ${Math.round(late)} %`).join(", ")}.`,
      alt: `${title}. Cycles for a packet: ${told.join("; ")}.`,
      columns: {
        policy: { label: "protection", unit: "" },
        buffers: { label: "buffers in the ring", unit: "" },
        cycles: { label: "cost", unit: "cycles per packet" },
      },
      x: "buffers",
      y: "cycles",
      series: "policy",
      log: ["x"],
    },
  );
}
