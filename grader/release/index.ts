/** What the `release` command asks for. */
import { spawnSync } from "node:child_process";
import { lstatSync, readFileSync } from "node:fs";
import { relative, resolve, sep } from "node:path";
import { ROOT } from "../../src/kernel/package.ts";
import { replaceFile } from "../../src/kernel/replace-file.ts";
import { readCourse } from "../run/course.ts";
import { studentEdition } from "./edition.ts";
import { ReleaseError } from "./error.ts";
import { gradescopeBundle, isBundle, zip } from "./gradescope/bundle.ts";
import { place } from "./place.ts";

export { ReleaseError } from "./error.ts";

export interface Report {
  files: number;
  bytes: number;
}

/** So that dist is what the sources are now. @throws ReleaseError with what the compiler said */
export function buildCheckout(): void {
  const compiler = resolve(ROOT, "node_modules/typescript/lib/tsc.js");
  const { status, stdout } = spawnSync(
    process.execPath,
    [compiler, "-p", resolve(ROOT, "tsconfig.build.json")],
    {
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new ReleaseError(`this checkout does not compile:\n${stdout.trim()}`);
}

/** A release in a folder whose files are released would be in the next release. */
function checkPlace(out: string): void {
  const [top] = relative(ROOT, resolve(out)).split(sep);
  if (
    top === "" ||
    ["src", "labs", "grader", "test", "dist", "bin", "notebooks", "node_modules"].includes(top!)
  )
    throw new ReleaseError(`${out} is a part of this checkout; name a folder of its own`);
}

/** @param labs ids */
export async function releaseEdition(
  out: string,
  labs: readonly string[],
  options: { force: boolean },
): Promise<Report> {
  checkPlace(out);
  const release = await studentEdition(labs);
  await place(release, out, options);
  const bytes = [...release.values()].reduce((sum, { data }) => sum + data.length, 0);
  return { files: release.size, bytes };
}

export interface BundleOptions {
  force: boolean;
  seed: number;
  /** Settings of the course, for its late policy and what students see of hidden tests. */
  course: string | undefined;
}

/** @throws ReleaseError; GradingProblem or InputError on the course's settings */
export async function releaseBundle(out: string, lab: string, options: BundleOptions): Promise<Report> {
  if (!/\.zip$/i.test(out)) throw new ReleaseError(`${out}: Gradescope takes a file that ends in .zip`);
  checkPlace(out);
  const found = lstatSync(out, { throwIfNoEntry: false });
  if (found && !options.force)
    throw new ReleaseError(`${out} is there already; --force replaces an earlier bundle`);
  if (found && !(found.isFile() && isBundle(readFileSync(out))))
    throw new ReleaseError(`${out} is no bundle of ours; move it away`);
  const { release, late } = readCourse(lab, { course: options.course }).settings;
  const bundle = gradescopeBundle({ lab, seed: options.seed, release, ...(late && { late }) });
  const data = zip(bundle);
  await replaceFile(out, data);
  return { files: bundle.size, bytes: data.length };
}
