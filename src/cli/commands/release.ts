/** `ringlab release`: what an instructor hands out. The work is the grader's, which nothing in src imports. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "../../kernel/package.ts";
import { UserError } from "../errors.ts";
import type { Register } from "../register.ts";

interface Options {
  out: string;
  labs?: string[];
  force?: boolean;
  gradescope?: string;
  seed?: string;
  course?: string;
}

interface Report {
  files: number;
  bytes: number;
}

interface Releasing {
  ReleaseError: new (...all: never[]) => Error;
  buildCheckout(): void;
  releaseEdition(out: string, labs: readonly string[], options: { force: boolean }): Promise<Report>;
  releaseBundle(
    out: string,
    lab: string,
    options: { force: boolean; seed: number; course: string | undefined },
  ): Promise<Report>;
}

export const register: Register = (program) => {
  program
    .command("release")
    .description("make the edition that students get: no solutions, no hidden tests, no grader")
    .requiredOption("-o, --out <path>", "the folder to make; with --gradescope the zip file")
    .option("--labs <lab...>", "which labs, by id or by number; default: all")
    .option("--force", "replace what an earlier release wrote there")
    .option("--gradescope <lab>", "make the autograder of this lab to upload to Gradescope instead")
    .option("--seed <n>", "with --gradescope: draws the hidden tests; keep it to yourself", "1")
    .option("--course <file>", "with --gradescope: settings of the course: late policy, release (JSON5)")
    .action(release);
};

async function grader(): Promise<Releasing> {
  const file = join(ROOT, "dist/grader/release/index.js");
  if (!existsSync(file))
    throw new UserError(
      "there is no grader here: releases are made in a checkout of Ringlab, after npm run build",
    );
  return import(pathToFileURL(file).href);
}

async function release(options: Options): Promise<void> {
  const { out, labs = [], force = false, gradescope, course } = options;
  const seed = Number(options.seed);
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new UserError(`--seed takes a whole number, got "${options.seed}"`);
  if (gradescope !== undefined && labs.length > 0)
    throw new UserError("--gradescope names the one lab of its autograder; leave out --labs");
  const { ReleaseError, buildCheckout, releaseEdition, releaseBundle } = await grader();
  const { chosenLabs } = await import("../labs.ts");
  const asked = gradescope === undefined ? labs.flatMap((names) => names.split(",")) : [gradescope];
  const ids = (await chosenLabs(asked)).sort();
  try {
    buildCheckout();
    const { files, bytes } =
      gradescope === undefined
        ? await releaseEdition(out, ids, { force })
        : await releaseBundle(out, ids[0]!, { force, seed, course });
    console.log(`${out}: ${files} files, ${(bytes / 2 ** 20).toFixed(1)} MiB, with ${ids.join(" and ")}`);
    console.log(
      gradescope === undefined
        ? `Try it as a student: cd ${out} && npm ci && npm start`
        : "Upload it in Gradescope: Configure Autograder, Zip file upload. It holds the hidden tests.",
    );
  } catch (error) {
    const isMistake = error instanceof ReleaseError || MISTAKES.includes((error as Error).name);
    throw isMistake ? new UserError((error as Error).message) : error;
  }
}

/** Errors of the grader that are for the user, by name: nothing in src imports it. */
const MISTAKES = ["GradingProblem", "InputError"];
