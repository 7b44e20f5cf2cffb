/** Readings out of experiments. Points that several readings share are run once. */
import {
  BadPoint,
  type Experiment,
  experiment as experimentNamed,
  grid,
  type Job,
  type Row as Measured,
} from "../experiments/index.ts";
import type { Reading, Row } from "./row.ts";

/** Runs one job of an experiment, in whatever thread. */
export type Runner = (experiment: Experiment, job: Job) => Promise<readonly Measured[]>;

/** A reading that cannot be had, in words: an answer, not an error. */
export class Unreadable extends Error {
  override name = "Unreadable";
}

type Simple = Extract<Reading, { experiment: string }>;

/** The simple readings that one is made of. */
function parts(reading: Reading): readonly Simple[] {
  if ("ratio" in reading) return reading.ratio.flatMap(parts);
  if ("difference" in reading) return reading.difference.flatMap(parts);
  return [reading];
}

export function readingsOf(row: Row): readonly Reading[] {
  if (row.kind === "absent") return [];
  return row.kind === "order" ? row.ascending.map(({ ours }) => ours) : [row.ours];
}

const keyOf = ({ experiment, settings }: Simple) =>
  JSON.stringify([experiment, Object.entries(settings).sort()]);

/** The one job of a point. @throws {Unreadable} when the experiment or the point does not exist (yet) */
function jobOf({ experiment, settings }: Simple): { experiment: Experiment; job: Job } {
  try {
    const found = experimentNamed(experiment);
    const jobs = grid(found, settings);
    if (jobs.length !== 1)
      throw new Error(`invariant: a reading of ${experiment} names ${jobs.length} points, not one`);
    return { experiment: found, job: jobs[0]! };
  } catch (error) {
    if (error instanceof BadPoint) throw new Unreadable(error.message);
    throw error;
  }
}

/** The outcome of each point: rows, or why there are none. */
export class Measurements {
  readonly #outcomes = new Map<string, Promise<readonly Measured[]>>();
  readonly #run: Runner;

  constructor(run: Runner) {
    this.#run = run;
  }

  /** Asks for every point that the rows need, each once. Returns how many there are; `onDone` is called after each. */
  prepare(rows: readonly Row[], onDone: () => void = () => {}): number {
    for (const reading of rows.flatMap(readingsOf).flatMap(parts)) {
      const key = keyOf(reading);
      if (this.#outcomes.has(key)) continue;
      const outcome = this.#measure(reading);
      // Whoever reads it hears of a failure; until then it is nobody's.
      outcome.then(onDone, onDone);
      this.#outcomes.set(key, outcome);
    }
    return this.#outcomes.size;
  }

  /** @throws {Unreadable} saying why there is no such number */
  async read(reading: Reading): Promise<number> {
    if ("ratio" in reading) {
      const [a, b] = [await this.read(reading.ratio[0]), await this.read(reading.ratio[1])];
      return a / b;
    }
    if ("difference" in reading)
      return (await this.read(reading.difference[0])) - (await this.read(reading.difference[1]));
    const rows = await (this.#outcomes.get(keyOf(reading)) ?? this.#measure(reading));
    return pick(rows, reading);
  }

  async #measure(reading: Simple): Promise<readonly Measured[]> {
    const { experiment, job } = jobOf(reading);
    return this.#run(experiment, job);
  }
}

function pick(rows: readonly Measured[], { experiment, settings, where = {}, column, take }: Simple): number {
  const wanted = rows.filter((row) => Object.entries(where).every(([key, value]) => row[key] === value));
  if (take === "distinct") return new Set(wanted.map((row) => row[column])).size;
  const place = Object.entries({ ...settings, ...where }).map(([key, value]) => `${key}=${value}`);
  if (wanted.length === 0) throw new Unreadable(`${experiment} has nothing at ${place.join(" ")}`);
  const value = wanted[0]![column];
  if (wanted.length > 1 || typeof value !== "number")
    throw new Error(
      `invariant: ${column} of ${experiment} at ${place.join(" ")} is not one number but ${wanted.length} rows with ${value}`,
    );
  return value;
}
