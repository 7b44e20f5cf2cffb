/** What the `release` command asks for. */
import { spawnSync } from "node:child_process";
import { relative, resolve, sep } from "node:path";
import { ROOT } from "../../src/kernel/package.ts";
import { studentEdition } from "./edition.ts";
import { ReleaseError } from "./error.ts";
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
