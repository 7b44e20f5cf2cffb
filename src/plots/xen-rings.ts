/** What a request costs between two domains, over how many are in the ring at once, by how its pages are shared. */
import { lineChart } from "./charts/line.ts";
import type { Figure } from "./figure.ts";

/** One way to share pages, at one depth of the ring. */
export interface XenRingsRow {
  access: string;
  /** Requests in the ring at once. */
  depth: number;
  /** Of a request, in sectors. */
  size: number;
  /** Cycles of the processor for a request. */
  work: number;
  /** Notifications for a request, both ways. */
  events: number;
}

const NAMES: Readonly<Record<string, string>> = {
  map: "mapped each time",
  persistent: "kept mapped, guest copies",
  copy: "copied by the hypervisor",
};

const bytesOf = (sectors: number): string => (sectors < 8 ? `${sectors * 512} bytes` : `${sectors / 2} KiB`);

export function xenRings(rows: readonly XenRingsRow[]): Figure {
  const title = "A page in two domains";
  const told = rows.map(
    ({ access, depth, size, work }) =>
      `${access}, ${size} sectors, depth ${depth}: ${Math.round(work)} cycles`,
  );
  const depths = rows.map(({ depth }) => depth);
  const ends = [...new Set([Math.min(...depths), Math.max(...depths)])];
  const events = ends.map((depth) => {
    const there = rows.filter((row) => row.depth === depth);
    return `${(there.reduce((sum, row) => sum + row.events, 0) / there.length).toFixed(2)} at depth ${depth}`;
  });
  const deepest = (access: string, size: number) =>
    rows.find((row) => row.access === access && row.size === size && row.depth === ends.at(-1))?.work;
  const beaten = [...new Set(rows.map(({ size }) => size))].filter((size) => {
    const [copied, mapped] = [deepest("copy", size), deepest("map", size)];
    return copied !== undefined && mapped !== undefined && copied < mapped;
  });
  return lineChart(
    rows.map(({ access, depth, size, work }) => ({
      ...{ depth, work, access: NAMES[access] ?? access },
      request: bytesOf(size),
    })),
    {
      title,
      subtitle: `Notifications for a request: ${events.join(", ")}.${beaten.length > 0 ? ` A copy is cheaper than a mapping for ${beaten.map(bytesOf).join(", ")}.` : ""}`,
      alt: `${title}. ${told.join("; ")}.`,
      columns: {
        access: { label: "the request's pages are", unit: "" },
        depth: { label: "requests at once", unit: "" },
        work: { label: "processor's work", unit: "cycles per request" },
        request: { label: "request", unit: "" },
      },
      x: "depth",
      y: "work",
      series: "access",
      facet: "request",
      log: ["x", "y"],
    },
  );
}
