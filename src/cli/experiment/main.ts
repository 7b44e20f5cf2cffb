/** The action of `ringlab experiment`. Everything that can be wrong with the options is said before anything runs. */
import { availableParallelism } from "node:os";
import {
  BadPoint,
  columnsOf,
  EXPERIMENTS,
  type Experiment,
  experiment as experimentNamed,
  grid,
  type Job,
  type Row,
  runJob,
  runParallel,
} from "../../experiments/index.ts";
import { replaceFile } from "../../kernel/replace-file.ts";
import { FIGURES, progress } from "../../plots/index.ts";
import { Capture } from "../capture.ts";
import { UserError } from "../errors.ts";
import { requireFolder } from "../require-folder.ts";
import { describe } from "./list.ts";
import { findConverter } from "./png.ts";
import { FORMATS, print } from "./rows.ts";
import { parseCount, parseSettings } from "./settings.ts";

export interface ExperimentOptions {
  list?: true;
  set?: string[];
  seed?: string;
  seeds?: string;
  json?: true;
  csv?: true;
  svg?: string;
  png?: string;
  pcap?: string;
  workers?: string;
}

export async function main(name: string | undefined, options: ExperimentOptions): Promise<void> {
  if (options.list) {
    console.log(EXPERIMENTS.map(describe).join("\n\n") || "No experiments.");
    return;
  }
  try {
    await runNamed(name, options);
  } catch (error) {
    if (error instanceof BadPoint) throw new UserError(error.message);
    throw error;
  }
}

async function runNamed(name: string | undefined, options: ExperimentOptions): Promise<void> {
  if (name === undefined)
    throw new UserError("which experiment? Name one; ringlab experiment --list shows them all");
  const experiment = experimentNamed(name);
  const jobs = grid(experiment, parseSettings(experiment, options.set ?? []), {
    seed: parseCount("--seed", options.seed, 0),
    seeds: parseCount("--seeds", options.seeds, 1),
  });
  const workers = parseCount("--workers", options.workers, 1) ?? availableParallelism();
  const picture = pictureOf(experiment, options);
  const format = formatOf(options);
  const capture = captureOf(experiment, options);

  const rows: Row[] = [];
  const stream = capture
    ? watched(experiment, jobs, capture, rows)
    : rowsOf(experiment, jobs, workers, picture ? rows : undefined);
  if (format) await print(FORMATS[format](stream, columnsOf(experiment)), process.stdout);
  else for await (const _ of stream);
  await picture?.(rows);
  await capture?.write();
}

/** What goes to standard output: a table, unless the rows are asked for in another form or only the figure is. */
function formatOf({ json, csv, svg, png }: ExperimentOptions): keyof typeof FORMATS | undefined {
  if (json && csv)
    throw new UserError("--json and --csv: choose one, standard output can hold only one of them");
  if (svg === "-" && (json || csv))
    throw new UserError("--svg - and rows both want standard output: give --svg a file");
  if (json) return "json";
  if (csv) return "csv";
  return svg === undefined && png === undefined ? "table" : undefined;
}

/** Draws and writes the figure; undefined when none is asked for. */
function pictureOf(
  { name }: Experiment,
  { svg, png }: ExperimentOptions,
): ((rows: readonly Row[]) => Promise<void>) | undefined {
  if (svg === undefined && png === undefined) return undefined;
  const draw = Object.hasOwn(FIGURES, name) ? FIGURES[name] : undefined;
  if (!draw) throw new UserError(`${name} has no figure: use --json or --csv`);
  for (const file of [svg, png]) if (file !== undefined && file !== "-") requireFolder(file);
  if (png === "-") throw new UserError("--png -: give it a file");
  const converter = png === undefined ? undefined : findConverter();
  return async (rows) => {
    const figure = draw(rows);
    if (svg === "-") process.stdout.write(figure.svg);
    else if (svg !== undefined) await write(svg, figure.svg);
    if (png !== undefined) await converter?.toPng(figure.svg, png);
    for (const file of [svg, png]) if (file !== undefined && file !== "-") console.error(`wrote ${file}`);
  };
}

function captureOf({ name, packets }: Experiment, { pcap, workers }: ExperimentOptions): Capture | undefined {
  if (pcap === undefined) return undefined;
  const sending = EXPERIMENTS.filter((one) => one.packets).map((one) => one.name);
  if (!packets)
    throw new UserError(
      `--pcap: ${name} sends no packets that could be written; of ${sending.join(", ")} they can`,
    );
  if (workers !== undefined)
    throw new UserError(
      "--pcap and --workers: packets are written in one thread, in their order; leave --workers out",
    );
  return new Capture(pcap);
}

/** The rows of all jobs, one after the other in this thread, and their packets. */
async function* watched(
  experiment: Experiment,
  jobs: readonly Job[],
  capture: Capture,
  kept: Row[],
): AsyncGenerator<Row> {
  for (const job of jobs) {
    capture.next();
    const rows = runJob(experiment, job, capture.watch);
    kept.push(...rows);
    yield* rows;
  }
}

async function write(file: string, text: string): Promise<void> {
  try {
    await replaceFile(file, text);
  } catch (error) {
    throw new UserError(`${file} cannot be written: ${(error as Error).message}`);
  }
}

/** The rows of all jobs with a progress bar; Ctrl+C ends the threads and says how far it came. */
async function* rowsOf(
  experiment: Experiment,
  jobs: Job[],
  workers: number,
  kept?: Row[],
): AsyncGenerator<Row> {
  const bar = progress(jobs.length, "runs");
  const abort = new AbortController();
  let done = 0;
  const interrupt = () => abort.abort(new UserError(`interrupted after ${done} of ${jobs.length} runs`, 130));
  const onDone = () => {
    done++;
    bar.tick();
  };
  process.once("SIGINT", interrupt);
  try {
    for await (const rows of runParallel(experiment.name, jobs, { workers, signal: abort.signal, onDone })) {
      kept?.push(...rows);
      yield* rows;
    }
  } finally {
    process.off("SIGINT", interrupt);
    bar.stop();
  }
}
