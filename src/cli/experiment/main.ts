/** The action of `ringlab experiment`. Everything that can be wrong with the options is said before anything runs. */
import { accessSync, constants, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import {
  BadPoint,
  columnsOf,
  EXPERIMENTS,
  type Experiment,
  experiment as experimentNamed,
  grid,
  type Job,
  type Row,
  runParallel,
} from "../../experiments/index.ts";
import { FIGURES, progress } from "../../plots/index.ts";
import { UserError } from "../errors.ts";
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

  const rows: Row[] = [];
  const stream = rowsOf(experiment, jobs, workers, picture ? rows : undefined);
  if (format) await print(FORMATS[format](stream, columnsOf(experiment)), process.stdout);
  else for await (const _ of stream);
  await picture?.(rows);
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
    else if (svg !== undefined) await writeFile(svg, figure.svg);
    if (png !== undefined) await converter?.toPng(figure.svg, png);
    for (const file of [svg, png]) if (file !== undefined && file !== "-") console.error(`wrote ${file}`);
  };
}

function requireFolder(file: string): void {
  const folder = dirname(file);
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    throw new UserError(`${file} cannot be written: the folder ${folder} does not exist or is read-only`);
  }
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory())
    throw new UserError(`${file} cannot be written: it is a folder`);
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
