/** The files of a repository's own folder, as strangers left them there. */
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { bytes, type Caps } from "../caps.ts";
import { readRegular } from "../open.ts";
import { Refusal } from "../submission.ts";

export interface RepositoryFiles {
  /** Undefined when there is none of that name. */
  read(path: string): Buffer | undefined;
  list(folder: string): string[];
}

/** All that is read counts, for packs are kept in memory. */
export function repositoryFiles(folder: string, caps: Caps): RepositoryFiles {
  let total = 0;
  return {
    read(path) {
      if (!lstatSync(join(folder, path), { throwIfNoEntry: false })) return undefined;
      const data = readRegular(folder, path, caps.archive);
      total += data.length;
      if (total > caps.archive)
        throw new Refusal(
          `The git repository is larger than ${bytes(caps.archive)}. Hand in component.ts itself.`,
        );
      return data;
    },
    list(path) {
      const stats = lstatSync(join(folder, path), { throwIfNoEntry: false });
      return stats?.isDirectory() ? readdirSync(join(folder, path)).slice(0, caps.entries) : [];
    },
  };
}
