/**
 * Whether a lab grades as it should: its reference, its starter and every mutant go the way of a submission, through intake,
 * bundler, sandbox and replay, once for each seed.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundle } from "../bundle/bundle.ts";
import { Refusal } from "../intake/submission.ts";
import { take } from "../intake/take.ts";
import { total } from "../report/points.ts";
import { type Grader, gradeModule } from "../run/grade.ts";
import { bundleHarness } from "../run/harness-bundle.ts";
import { loadKit, moduleFile } from "../run/kit.ts";
import type { Sandbox } from "../sandbox/contract.ts";
import { readHeader } from "./header.ts";
import {
  failedHidden,
  type Judged,
  judgeMutant,
  judgeReference,
  judgeStarter,
  type Run,
  scoreOf,
  title,
} from "./verdict.ts";

export interface Verification {
  lab: string;
  /** Points of the whole lab. */
  max: number;
  components: readonly Verified[];
  /** What is wrong with the lab as a whole. */
  problems: readonly string[];
  /** Hidden tests, and those of them that no mutant fails: no fault, but a hint. */
  hiddenTests: number;
  idle: readonly string[];
}

export interface Verified extends Judged {
  /** "solution", "starter", "mutants/forgets-p". */
  name: string;
  /** For each seed, of a mutant for the first one; empty when it did not go through all tests. */
  scores: readonly number[];
}

export interface Wanted {
  /** The folder of labs: their sources, as an author writes them. */
  labs: string;
  seeds: readonly number[];
  sandbox: Sandbox;
  /** Mutants go only through the tests that their headers name. */
  quick?: boolean;
  /** As soon as it is known; in no order. */
  onVerified?: (verified: Verified) => void;
}

interface Seeded extends Grader {
  seed: number;
}

const isMutant = (name: string) => name.startsWith("mutants/");
const FEWEST_MUTANTS = 5;
/** Sandboxes at a time. */
const WIDTH = 2;

/** @throws Error when the lab has no hidden tests or they do not fit its contract; InfrastructureError when the sandbox fails */
export async function verifyLab(id: string, wanted: Wanted): Promise<Verification> {
  const { labs, seeds, sandbox, quick = false, onVerified } = wanted;
  const kits = await Promise.all(seeds.map((seed) => loadKit(id, seed)));
  const harness = await bundleHarness(kits[0]!);
  const graders = kits.map((kit, n): Seeded => ({ kit, harness, sandbox, release: true, seed: seeds[n]! }));
  const minimum = await starterPoints(id);
  const mutants = readdirSync(join(labs, id, "mutants"))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => `mutants/${basename(file, ".ts")}`);
  const caught = new Set<string>();

  const verify = async (name: string): Promise<Verified> => {
    const file = join(labs, id, `${name}.ts`);
    try {
      const runs = await play(name, file, graders, quick);
      if (isMutant(name)) for (const result of runs.flatMap(failedHidden)) caught.add(title(result));
      return {
        name,
        scores: (isMutant(name) ? runs.slice(0, quick ? 0 : 1) : runs).map(scoreOf),
        ...judged(name, file, runs, minimum),
      };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { name, scores: [], problems: [`it is refused: ${error.message}`], note: "" };
    }
  };
  const components = await inParallel(["solution", "starter", ...mutants], async (name) => {
    const verified = await verify(name);
    onVerified?.(verified);
    return verified;
  });

  const hidden = kits[0]!.tests.filter(({ visibility }) => visibility === "hidden");
  const few = `it has ${mutants.length} mutants; a lab ships with ${FEWEST_MUTANTS} at least`;
  return {
    ...{ lab: id, components },
    max: total(hidden.map(({ points }) => points)),
    problems: mutants.length < FEWEST_MUTANTS ? [few] : [],
    hiddenTests: hidden.length,
    idle: quick ? [] : hidden.map(({ check }) => title(check)).filter((name) => !caught.has(name)),
  };
}

function judged(name: string, file: string, runs: readonly Run[], minimum: number): Judged {
  if (name === "solution") return judgeReference(runs);
  return name === "starter" ? judgeStarter(runs, minimum) : judgeMutant(readFileSync(file, "utf8"), runs);
}

/**
 * A mutant goes through everything with the first seed only, and with the others through the tests that it must fail.
 * @throws Refusal
 */
async function play(name: string, path: string, graders: readonly Seeded[], quick: boolean): Promise<Run[]> {
  const labId = graders[0]!.kit.lab.id;
  const submission = await take({ id: basename(path, ".ts"), path }, { labId });
  const code = await bundle(submission, labId);
  const named = isMutant(name) ? namedIn(readFileSync(path, "utf8")) : [];
  const runs: Run[] = [];
  for (const { seed, ...grader } of graders) {
    const { kit } = grader;
    const whole = !isMutant(name) || (runs.length === 0 && !quick);
    const tests = whole ? kit.tests : kit.tests.filter(({ check }) => named.includes(title(check)));
    const results = await gradeModule(
      { code, place: () => undefined },
      { ...grader, kit: { ...kit, tests } },
    );
    runs.push({ seed, results });
  }
  return runs;
}

function namedIn(text: string): string[] {
  try {
    const { caughtBy, caughtByHidden } = readHeader(text);
    return [caughtBy, caughtByHidden];
  } catch {
    return [];
  }
}

/** What the starter gets: nothing, unless grader/hidden/NN-name.ts exports STARTER_POINTS and a reason above it. */
async function starterPoints(id: string): Promise<number> {
  const file = moduleFile("grader", "hidden", id);
  const { STARTER_POINTS = 0 } = await import(/* @vite-ignore */ pathToFileURL(file).href);
  return STARTER_POINTS;
}

async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at]!);
  };
  await Promise.all(Array.from({ length: WIDTH }, worker));
  return results;
}
