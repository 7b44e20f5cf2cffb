/** A release before it is written. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../src/kernel/package.ts";
import { ReleaseError } from "./error.ts";

export interface ReleasedFile {
  data: Buffer;
  executable: boolean;
}

/** By path, with "/". */
export type Release = Map<string, ReleasedFile>;

export function add(release: Release, path: string, data: Buffer | string, executable = false): void {
  release.set(path, { data: Buffer.from(data), executable });
}

/** Adds a file of the checkout under its own path. */
export function copy(release: Release, path: string, executable = false): void {
  add(release, path, readFileSync(join(ROOT, path)), executable);
}

/** Files below a folder of the checkout, sorted, as paths from its root. Names with a dot at the start are nobody's business. */
export function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter(({ name }) => !name.startsWith("."))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : [];
    });
}

const BUILT = [".js", ".js.map", ".d.ts", ".d.ts.map"];

/** Adds what was built of a source: never a whole folder of dist, where files of former builds lie about. */
export function copyBuilt(release: Release, source: string): void {
  const stem = `dist/${source.replace(/\.ts$/, "")}`;
  for (const ending of BUILT) {
    try {
      copy(release, stem + ending);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      throw new ReleaseError(`${stem}${ending} is missing; run: npm run build`);
    }
  }
}

export const isSource = (path: string): boolean => /(?<!\.d)\.ts$/.test(path);
