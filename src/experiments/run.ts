/** Running the jobs of an experiment one after the other, in this thread. `parallel.ts` gives the same rows faster. */
import { type Experiment, type Row, rowsAt, type Watch } from "./experiment.ts";
import { grid, type Job, type Seeds, type Settings } from "./grid.ts";

/**
 * The rows of one job.
 * @throws when the experiment itself fails; the message says at which point
 */
export function runJob(experiment: Experiment, { point, seed }: Job, watch?: Watch): Row[] {
  try {
    return rowsAt(experiment, point, seed, watch);
  } catch (cause) {
    const where = Object.entries({ ...point, ...(experiment.seed === undefined ? {} : { seed }) });
    const place = where.map(([key, value]) => `${key}=${value}`).join(" ");
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${experiment.name} failed at ${place}: ${reason}`, { cause });
  }
}

/**
 * All rows of an experiment over the given values, the defaults where none is given.
 *
 *     run(experiment("direct-execution"), { rate: [0, 0.5, 1] }, { seeds: 3 })
 */
export function run(experiment: Experiment, settings?: Settings, seeds?: Seeds): Row[] {
  return grid(experiment, settings, seeds).flatMap((job) => runJob(experiment, job));
}
