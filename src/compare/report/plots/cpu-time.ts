/** User, kernel, waiting and stolen time of one repetition, target beside target. */
import { type Figure, lineChart } from "../../../plots/index.ts";
import { done } from "../../analysis/cells.ts";
import type { Run } from "../../analysis/read.ts";
import type { Place } from "../context.ts";

const KINDS = { user: "user", system: "kernel", iowait: "waiting for a disk", steal: "stolen" } as const;

/** Undefined where nothing was sampled. */
export function cpuTimeFigure({ scenario, case: one, cells }: Place, run: Run): Figure | undefined {
  const rows = cells.flatMap((cell) =>
    (run.samples.get(done(cell).at(-1)?.samples ?? "") ?? []).flatMap((sample) =>
      (Object.keys(KINDS) as (keyof typeof KINDS)[]).map((kind) => ({
        target: cell.target.name,
        at: sample.at,
        kind: KINDS[kind],
        percent: sample[kind],
      })),
    ),
  );
  if (rows.length === 0) return undefined;
  const title = `${scenario.name}, ${one.name}: where processor time went`;
  return lineChart(rows, {
    title,
    alt: `${title}. Lines of user, kernel, waiting and stolen time over the repetition's seconds, a panel for each target.`,
    columns: {
      at: { label: "time", unit: "s" },
      percent: { label: "of all processors", unit: "%" },
      kind: { label: "time", unit: "" },
      target: { label: "target", unit: "" },
    },
    x: "at",
    y: "percent",
    series: "kind",
    facet: "target",
    range: [0, 100],
  });
}
