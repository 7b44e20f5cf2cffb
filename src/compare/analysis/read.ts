/** A run folder as values. What is torn or foreign is refused with its file and line; only a torn last line is an interruption. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import { CannotCompare } from "../errors.ts";
import type { Repetition, RunFacts, Sample } from "../record.ts";
import { packedSamples, repetition, runFacts, sample } from "./schema.ts";

/** Samples of all repetitions in one file, a line { file, samples } for each: what the run that ships with Ringlab has. */
export const PACKED = "samples.jsonl";

export interface Run {
  facts: RunFacts;
  /** In the order in which they ran; of those that were repeated, the last. */
  repetitions: Repetition[];
  /** The last line was cut while it was written. */
  torn: boolean;
  /** By Repetition.samples and .hostSamples; of a repetition whose file is gone there are none. */
  samples: ReadonlyMap<string, readonly Sample[]>;
}

/** @throws {CannotCompare} when the folder does not hold a run that can be judged; says which file and which line */
export function readRun(folder: string): Run {
  const facts = parse(runFacts, text(folder, "run.json"), "run.json");
  requireUnique(facts);
  const { values, torn } = lines(repetition, text(folder, "repetitions.jsonl"), "repetitions.jsonl");
  const latest = new Map(values.map((value) => [keyOf(value), value]));
  const repetitions = [...latest.values()].sort((a, b) => a.position - b.position);
  for (const one of repetitions) requireKnown(facts, one);
  const samples = unpacked(folder);
  for (const file of repetitions.flatMap((one) => [one.samples, one.hostSamples]))
    if (file !== undefined && existsSync(join(folder, file)))
      samples.set(file, lines(sample, text(folder, file), file).values);
  return { facts, repetitions, torn, samples };
}

function unpacked(folder: string): Map<string, Sample[]> {
  if (!existsSync(join(folder, PACKED))) return new Map();
  const { values } = lines(packedSamples, text(folder, PACKED), PACKED);
  return new Map(values.map(({ file, samples }) => [file, samples]));
}

const keyOf = ({ target, scenario, case: name, warmup, index }: Repetition) =>
  [target, scenario, name, warmup, index].join(" ");

function text(folder: string, file: string): string {
  try {
    return readFileSync(join(folder, file), "utf8");
  } catch (error) {
    throw new CannotCompare(
      `${join(folder, file)} cannot be read (${(error as NodeJS.ErrnoException).code}): give the folder that "ringlab compare run --out DIR" wrote`,
    );
  }
}

function parse<T>(schema: z.ZodType<T>, source: string, where: string): T {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (error) {
    throw new CannotCompare(`${where} is not JSON: ${(error as Error).message}`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const wrong = result.error.issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.join(".") || "the whole"}: ${message}`);
  throw new CannotCompare(`${where}: ${wrong.join("; ")}`);
}

function lines<T>(schema: z.ZodType<T>, source: string, file: string): { values: T[]; torn: boolean } {
  const torn = source !== "" && !source.endsWith("\n");
  const whole = source.split("\n").slice(0, -1);
  return { values: whole.map((line, at) => parse(schema, line, `${file} line ${at + 1}`)), torn };
}

function requireUnique({ targets, scenarios }: RunFacts): void {
  for (const [what, list] of Object.entries({ targets, scenarios })) {
    const names = list.map(({ name }) => name);
    const twice = names.find((name, at) => names.indexOf(name) !== at);
    if (twice !== undefined) throw new CannotCompare(`run.json: two of the ${what} are named ${twice}`);
  }
}

function requireKnown({ targets, scenarios }: RunFacts, one: Repetition): void {
  const scenario = scenarios.find(({ name }) => name === one.scenario);
  const known =
    targets.some(({ name }) => name === one.target) && scenario?.cases.some(({ name }) => name === one.case);
  if (!known)
    throw new CannotCompare(
      `repetitions.jsonl: ${one.target}, ${one.scenario}, ${one.case} is not in run.json: lines of another run were mixed in`,
    );
}
