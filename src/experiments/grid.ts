/** Every combination of the values that the user set, each with every seed: what there is to run, in a fixed order. */
import type { Experiment, Row } from "./experiment.ts";
import { checkPoint } from "./experiment.ts";
import { BadPoint, parameterOf, type Value } from "./parameter.ts";

/** One run. */
export interface Job {
  point: Row;
  seed: number;
}

/** Values by parameter; the defaults stand where nothing is set. */
export type Settings = Readonly<Record<string, Value | readonly Value[]>>;

export interface Seeds {
  /** The first seed; the experiment's own when absent. */
  seed?: number;
  /** How many seeds, one after the other. */
  seeds?: number;
}

const MOST_JOBS = 1_000_000;

/**
 * The first parameter changes slowest, the seed fastest.
 * @throws {BadPoint} when a setting is unknown or out of range, before anything runs
 */
export function grid(
  experiment: Experiment,
  settings: Settings = {},
  { seed, seeds = 1 }: Seeds = {},
): Job[] {
  for (const key of Object.keys(settings)) parameterOf(experiment, key);
  if (experiment.seed === undefined && (seed !== undefined || seeds !== 1))
    throw new BadPoint(`${experiment.name} draws nothing at random: it takes no seed`);
  if (!Number.isSafeInteger(seeds) || seeds < 1)
    throw new BadPoint(`seeds: ${seeds} is not a whole number of at least 1`);
  const axes = Object.entries(experiment.parameters).map(
    ([key, parameter]) => [key, [settings[key] ?? parameter.default].flat() as Value[]] as const,
  );
  const empty = axes.find(([, values]) => values.length === 0);
  if (empty) throw new BadPoint(`parameter ${empty[0]} has no values`);
  const count = axes.reduce((product, [, values]) => product * values.length, seeds);
  if (count > MOST_JOBS)
    throw new BadPoint(`${count} runs are more than ${MOST_JOBS}: set fewer values or fewer seeds`);

  let points: Row[] = [{}];
  for (const [key, values] of axes)
    points = points.flatMap((point) => values.map((value) => ({ ...point, [key]: value })));
  const first = seed ?? experiment.seed ?? 0;
  const jobs = points.flatMap((point) =>
    Array.from({ length: seeds }, (_, at) => ({ point, seed: first + at })),
  );
  for (const job of jobs) checkPoint(experiment, job.point, job.seed);
  return jobs;
}
