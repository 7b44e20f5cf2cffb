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
}

interface Releasing {
  ReleaseError: new (...all: never[]) => Error;
  buildCheckout(): void;
  releaseEdition(
    out: string,
    labs: readonly string[],
    options: { force: boolean },
  ): Promise<{ files: number; bytes: number }>;
}

export const register: Register = (program) => {
  program
    .command("release")
    .description("make the edition that students get: no solutions, no hidden tests, no grader")
    .requiredOption("-o, --out <path>", "the folder to make")
    .option("--labs <lab...>", "which labs, by id or by number; default: all")
    .option("--force", "replace what an earlier release wrote there")
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

async function release({ out, labs = [], force = false }: Options): Promise<void> {
  const { ReleaseError, buildCheckout, releaseEdition } = await grader();
  const { chosenLabs } = await import("../labs.ts");
  const ids = (await chosenLabs(labs.flatMap((names) => names.split(",")))).sort();
  try {
    buildCheckout();
    const { files, bytes } = await releaseEdition(out, ids, { force });
    console.log(`${out}: ${files} files, ${(bytes / 2 ** 20).toFixed(1)} MiB, with ${ids.join(" and ")}`);
    console.log(`Try it as a student: cd ${out} && npm ci && npm start`);
  } catch (error) {
    throw error instanceof ReleaseError ? new UserError(error.message) : error;
  }
}
