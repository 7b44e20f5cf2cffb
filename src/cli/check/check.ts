/** One run of `ringlab check`. */
import { basename } from "node:path";
import type { AnyLab } from "../../course/build/lab-folder.ts";
import { compile } from "../../course/bundle/compile.ts";
import { SubmissionProblem } from "../../course/submission/problem.ts";
import { UserError } from "../errors.ts";
import { importModule } from "../labs.ts";
import { isDone, type Part, relocate, summary, table, verdictOf } from "./report.ts";
import { runAll } from "./run.ts";
import { checksOf } from "./series.ts";
import { type Handed, readComponent } from "./source.ts";
import { typeErrors } from "./types.ts";

export interface Options {
  part?: string;
  seed?: string;
  types?: boolean;
  watch?: boolean;
}

/**
 * Prints the tables, part by part. True when all checks pass.
 * @throws UserError when there is nothing to run
 */
export async function checkOnce(
  id: string,
  path: string,
  options: Options,
  signal: AbortSignal,
): Promise<boolean> {
  const lab = (await importModule(id, "contract"))?.LAB as AnyLab | undefined;
  if (!lab) throw new UserError(`lab ${id} is not built; run: npm run build`);
  const parts = partsOf(lab, options.part);
  const seed = seedOf(options.seed);
  let handed: Handed | undefined;
  try {
    handed = readComponent(path, id);
    for (const note of handed.notes) console.log(`Note: ${note}`);
    if (options.types) console.log(`${typeErrors(handed.source)}\n`);
    return await run(lab, parts, seed, handed, signal);
  } catch (error) {
    if (!(error instanceof SubmissionProblem)) throw error;
    const said = handed ? relocate(error.message, handed) : error.message;
    throw new UserError(said.startsWith(basename(path)) ? said : `${path}: ${said}`);
  }
}

function partsOf(lab: AnyLab, asked: string | undefined): AnyLab["parts"] {
  if (asked === undefined) return lab.parts;
  const found = lab.parts.filter(({ id }) => id === asked);
  if (found.length === 0)
    throw new UserError(
      `lab ${lab.id} has no part "${asked}"; its parts are ${lab.parts.map(({ id }) => id).join(", ")}`,
    );
  return found;
}

function seedOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed >= 2 ** 32)
    throw new UserError(`--seed takes a whole number below ${2 ** 32}, got "${text}"`);
  return seed;
}

async function run(
  lab: AnyLab,
  asked: AnyLab["parts"],
  seed: number | undefined,
  handed: Handed,
  signal: AbortSignal,
): Promise<boolean> {
  const series = { lab: lab.id, seed };
  const checks = await checksOf(series);
  const ofPart = (id: string) => [...checks.keys()].filter((check) => checks[check]!.part === id);
  const parts = asked.filter(({ id }) => ofPart(id).length > 0);
  const verdicts = new Map<number, Part["verdicts"][number]>();
  const done: Part[] = [];
  await runAll({
    ...series,
    limits: lab.limits,
    code: await compile(handed.source, lab.id),
    checks: parts.flatMap(({ id }) => ofPart(id).map((check) => ({ check, part: id }))),
    signal,
    onMissing: (methods) => console.log(`component has no method ${methods.join(", ")}.\n`),
    onOutcome(check, outcome) {
      verdicts.set(check, verdictOf(lab, checks[check]!, outcome, handed));
      const part = parts.find(({ id }) => id === checks[check]!.part)!;
      const numbers = ofPart(part.id);
      if (!numbers.every((number) => verdicts.has(number))) return;
      const whole = { ...part, verdicts: numbers.map((number) => verdicts.get(number)!) };
      console.log(`${table(whole)}\n`);
      done.push(whole);
    },
  });
  if (done.length > 0) console.log(summary(done, seed));
  return done.length === parts.length && done.every(isDone);
}
