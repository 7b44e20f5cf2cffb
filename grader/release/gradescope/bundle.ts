/** The archive that an instructor uploads to Gradescope: the grader of one lab with its hidden tests. */
import { unzipSync, zipSync } from "fflate";
import { ReleaseError } from "../error.ts";
import { add, copy, filesBelow, type Release } from "../files.ts";
import { lockfileFor, ownPackage } from "../packages.ts";
import { modulesOf } from "./modules.ts";
import { RUN, SETUP } from "./scripts.ts";
import { type BundleSettings, SETTINGS_FILE } from "./settings.ts";

/** @throws ReleaseError when something is not built */
export function gradescopeBundle(settings: BundleSettings): Release {
  const release: Release = new Map();
  const { files, packages } = modulesOf(settings.lab);
  for (const path of files) copy(release, path);
  // The simulator's firmware and programs are read as sources.
  for (const path of filesBelow("src").filter((path) => path.endsWith(".asm"))) copy(release, path);
  const { name, version, license, type, engines, exports, allowScripts, dependencies: all } = ownPackage();
  const missing = [...packages].find((name) => !(name in all));
  if (missing !== undefined)
    throw new ReleaseError(`the grader imports ${missing}, which package.json does not name`);
  const dependencies = Object.fromEntries([...packages].sort().map((name) => [name, all[name]!]));
  const manifest = {
    name,
    version,
    private: true,
    license,
    type,
    engines,
    exports,
    dependencies,
    allowScripts,
  };
  add(release, "package.json", `${JSON.stringify(manifest, undefined, 2)}\n`);
  add(release, "package-lock.json", lockfileFor(manifest));
  add(release, SETTINGS_FILE, `${JSON.stringify(settings, undefined, 2)}\n`);
  add(release, "setup.sh", SETUP, true);
  add(release, "run_autograder", RUN, true);
  return new Map([...release].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const UNIX = 3;
const REGULAR = 0o100000;
/** The first day that a zip can name, in whatever zone: equal releases, equal bytes. */
const DAY = new Date(1980, 0, 1);

export function zip(release: Release): Uint8Array {
  return zipSync(
    Object.fromEntries(
      [...release].map(([path, { data, executable }]) => {
        const mode = REGULAR | (executable ? 0o755 : 0o644);
        return [path, [data, { os: UNIX, attrs: mode << 16, mtime: DAY }]];
      }),
    ),
  );
}

/** Whether an archive is a bundle of ours: only such a one is ever replaced. */
export function isBundle(data: Uint8Array): boolean {
  try {
    const names = Object.keys(
      unzipSync(data, { filter: ({ name }) => name === SETTINGS_FILE || name === "run_autograder" }),
    );
    return names.length === 2;
  } catch {
    return false;
  }
}
