/** User, kernel and waiting time of one repetition, and its disk, target beside target; of a virtual machine also what its host saw. */
import { type Figure, lineChart } from "../../../plots/index.ts";
import { type Cell, done } from "../../analysis/cells.ts";
import type { Run } from "../../analysis/read.ts";
import type { Sample } from "../../record.ts";
import type { Place } from "../context.ts";

type Kind = Exclude<keyof Sample, "at">;

/** A figure has four colours: with files the disk matters, without them what a hypervisor took. */
const COMPUTING: Partial<Record<Kind, string>> = {
  user: "user",
  system: "kernel",
  iowait: "waiting for a disk",
  steal: "stolen",
};
const FILES: Partial<Record<Kind, string>> = {
  user: "user",
  system: "kernel",
  iowait: "waiting for a disk",
  disk: "disk busy",
};

/** Undefined where nothing was sampled. */
export function cpuTimeFigure({ scenario, case: one, cells }: Place, run: Run): Figure | undefined {
  const kinds = one.workload.kind === "fileio" ? FILES : COMPUTING;
  const rows = cells.flatMap((cell) =>
    samplesOf(cell, run).flatMap(({ where, samples }) =>
      samples.flatMap((sample) =>
        (Object.keys(kinds) as Kind[]).flatMap((kind) => {
          const percent = sample[kind];
          return percent === undefined ? [] : [{ where, at: sample.at, kind: kinds[kind]!, percent }];
        }),
      ),
    ),
  );
  if (rows.length === 0) return undefined;
  const title = `${scenario.name}, ${one.name}: processor${kinds === FILES ? " and disk" : ""}`;
  const drawn = [...new Set(rows.map(({ kind }) => kind))].join(", ");
  return lineChart(rows, {
    title,
    alt: `${title}. Lines of ${drawn} over the repetition's seconds, a panel for each target.`,
    columns: {
      at: { label: "time", unit: "s" },
      percent: { label: "share of the time", unit: "%" },
      kind: { label: "what", unit: "" },
      where: { label: "target", unit: "" },
    },
    x: "at",
    y: "percent",
    series: "kind",
    facet: "where",
    range: [0, 100],
  });
}

/** Of the last repetition. What a container sees of processors is the host's already. */
function samplesOf(cell: Cell, run: Run): { where: string; samples: readonly Sample[] }[] {
  const last = done(cell).at(-1);
  const of = (file: string | undefined) => run.samples.get(file ?? "") ?? [];
  const { name, kind } = cell.target;
  const own = { where: name, samples: of(last?.samples) };
  if (kind === "host" || kind === "container") return [own];
  return [own, { where: `host of ${name}`, samples: of(last?.hostSamples) }];
}
