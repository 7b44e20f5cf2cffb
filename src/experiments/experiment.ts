/**
 * An experiment is a pure function from a point (one value per parameter) and a seed to tidy rows, together with what
 * a reader needs to run it and to read its rows: defaults, ranges, units. It knows no figure, no clock and no file.
 */
import { BadPoint, checkValue, type Parameter, parameterOf, type Value } from "./parameter.ts";

/** One observation: a value for every column. */
export type Row = Record<string, Value>;

/** What a column of the rows means. The unit of a pure number is "1", that of a name or a yes/no "". */
export interface Column {
  label: string;
  unit: string;
}

/** Sees each frame on an experiment's network: nanoseconds since its beginning, and the frame's bytes. */
export type Watch = (nanoseconds: number, frame: Uint8Array) => void;

export interface Experiment {
  /** kebab-case; the name of its file. */
  name: string;
  title: string;
  /** The question that its rows answer. */
  question: string;
  parameters: Record<string, Parameter>;
  /** Columns that `run` measures. `rowsAt` puts the parameters and the seed in front of them. */
  columns: Record<string, Column>;
  /** The seed when the user gives none. Absent when nothing in it is random. */
  seed?: number;
  /** It sends packets: its run tells whoever watches. */
  packets?: true;
  run(point: Row, seed: number, watch?: Watch): Row[];
}

type Widen<T> = T extends number ? number : T extends boolean ? boolean : string;
type Taken<P extends Parameter> = P extends { oneOf: readonly (infer T)[] }
  ? T
  : P["default"] extends readonly (infer T)[]
    ? Widen<T>
    : Widen<P["default"]>;

/** An experiment as its file writes it: `run` sees its own parameters with their types and returns its own columns. */
export interface Definition<P extends Record<string, Parameter>, C extends Record<string, Column>>
  extends Omit<Experiment, "parameters" | "columns" | "run"> {
  parameters: P;
  columns: C;
  run(point: { [K in keyof P]: Taken<P[K]> }, seed: number, watch?: Watch): { [K in keyof C]: Value }[];
}

/**
 * Checks a definition and hides the types of its parameters, so that experiments of all shapes fit in one registry.
 * @throws when names collide or a default lies outside its own range: the definition is wrong, not the user.
 */
export function defineExperiment<
  const P extends Record<string, Parameter>,
  const C extends Record<string, Column>,
>(definition: Definition<P, C>): Experiment {
  // Sound because rowsAt is the only caller of run and checks every value of the point first.
  const experiment = definition as unknown as Experiment;
  const { name, parameters, columns } = experiment;
  if (!/^[a-z][a-z0-9-]*$/.test(name)) throw new Error(`experiment "${name}": the name is not in kebab-case`);
  for (const key of Object.keys({ ...parameters, ...columns }))
    if ((key in parameters && key in columns) || key === "seed")
      throw new Error(
        `experiment ${name}: the name ${key} is taken twice (parameters, seed and columns share names)`,
      );
  for (const [key, parameter] of Object.entries(parameters))
    for (const value of [parameter.default].flat()) checkValue(key, parameter, value as Value);
  return experiment;
}

/** All columns of the rows of `rowsAt` in their order: parameters, seed, what is measured. */
export function columnsOf({ parameters, columns, seed }: Experiment): Record<string, Column> {
  const settings = Object.entries(parameters).map(
    ([key, { label, unit }]) => [key, { label: label ?? key, unit }] as const,
  );
  const drawn: Record<string, Column> = seed === undefined ? {} : { seed: { label: "seed", unit: "" } };
  return { ...Object.fromEntries(settings), ...drawn, ...columns };
}

/**
 * Runs the experiment at one point and completes its rows with the parameters and the seed.
 * @throws {BadPoint} when the point has a value out of range or an unknown parameter, or lacks one.
 */
export function rowsAt(
  experiment: Experiment,
  point: Row,
  seed = experiment.seed ?? 0,
  watch?: Watch,
): Row[] {
  checkPoint(experiment, point, seed);
  const settings = Object.keys(experiment.parameters).map((key) => [key, point[key]!] as const);
  const front = { ...Object.fromEntries(settings), ...(experiment.seed === undefined ? {} : { seed }) };
  const measured = Object.keys(experiment.columns);
  return experiment.run(point, seed, watch).map((row, index) => {
    const keys = Object.keys(row);
    const astray = [
      ...measured.filter((key) => !keys.includes(key)),
      ...keys.filter((key) => !measured.includes(key)),
    ];
    if (astray.length > 0)
      throw new Error(
        `experiment ${experiment.name}, row ${index}: columns and row disagree on ${astray.join(", ")}`,
      );
    return { ...front, ...Object.fromEntries(measured.map((key) => [key, row[key]!])) };
  });
}

/** @throws {BadPoint} naming the first thing that is wrong. */
export function checkPoint(experiment: Experiment, point: Row, seed: number): void {
  for (const [key, value] of Object.entries(point)) checkValue(key, parameterOf(experiment, key), value);
  const unset = Object.keys(experiment.parameters).filter((key) => !(key in point));
  if (unset.length > 0) throw new BadPoint(`${experiment.name}: no value for ${unset.join(", ")}`);
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new BadPoint(`seed: ${seed} is not a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`);
}
