/** How fast a TCP stream could get through one processor, over how much goes at once, by who drives the card. */
import { lineChart } from "./charts/line.ts";
import type { Figure } from "./figure.ts";

/** One path in one direction, at one size of batches. */
export interface XenNetRow {
  path: string;
  direction: string;
  /** Frames that go, or come, at once. */
  batch: number;
  /** Mb/s of data: what the processor could handle, and what comes through, as the cable may carry less. */
  processor: number;
  rate: number;
  /** Switches between domains for a segment. */
  switches: number;
}

const NAMES: Readonly<Record<string, string>> = {
  native: "no hypervisor",
  hypervisor: "driver in the hypervisor",
  "driver domain": "driver in a domain",
};

export function xenNet(rows: readonly XenNetRow[]): Figure {
  const title = "A TCP stream through the driver domain";
  const told = rows.map(
    ({ path, direction, batch, processor }) =>
      `${path}, ${direction}, ${batch}: ${Math.round(processor)} Mb/s`,
  );
  const batches = rows.map(({ batch }) => batch);
  const ends = [...new Set([Math.min(...batches), Math.max(...batches)])];
  const switches = ends.map((batch) => {
    const there = rows.filter((row) => row.batch === batch && row.path === "driver domain");
    const mean = there.reduce((sum, row) => sum + row.switches, 0) / Math.max(1, there.length);
    return `${mean.toFixed(2)} with ${batch} at once`;
  });
  const limited = rows.filter(({ rate, processor }) => rate < processor).map(({ rate }) => rate);
  const cable = limited.length > 0 ? `The cable carries ${Math.round(Math.max(...limited))} Mb/s. ` : "";
  return lineChart(
    rows.map(({ path, direction, batch, processor }) => ({
      ...{ direction, batch, processor, path: NAMES[path] ?? path },
    })),
    {
      title,
      subtitle: `${cable}Switches between domains for a segment: ${switches.join(", ")}.`,
      alt: `${title}. ${told.join("; ")}.`,
      columns: {
        path: { label: "card driven by", unit: "" },
        direction: { label: "data", unit: "" },
        batch: { label: "frames at once", unit: "" },
        processor: { label: "what the processor can handle", unit: "Mb/s" },
      },
      x: "batch",
      y: "processor",
      series: "path",
      facet: "direction",
      log: ["x"],
    },
  );
}
