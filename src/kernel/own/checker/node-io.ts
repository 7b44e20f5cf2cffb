/** The checker's `Io` over the real file system, and where this installation keeps its declarations. */

import { readFileSync, realpathSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import type { Installation, Io } from "../language/io.ts";

const slashes = (path: string) => path.replaceAll("\\", "/");

export function nodeIo(cwd: string): Io {
  return {
    cwd: slashes(cwd),
    caseSensitive: process.platform !== "win32" && process.platform !== "darwin",
    readFile(path) {
      try {
        return readFileSync(path, "utf8");
      } catch {
        return undefined;
      }
    },
    stamp(path) {
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat?.isFile() ? `${stat.mtimeMs}:${stat.size}` : undefined;
    },
    directoryExists: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
    realpath(path) {
      try {
        return slashes(realpathSync(path));
      } catch {
        return path;
      }
    },
  };
}

/** Where this package is installed and what it brings. */
export function installation(): Installation {
  const require = createRequire(import.meta.url);
  const up = (path: string, levels: number) => slashes(path).split("/").slice(0, -levels).join("/");
  const root = up(require.resolve("ringlab/package.json"), 1);
  return {
    root,
    libFolder: up(require.resolve("typescript"), 1),
    typeRoots: [up(require.resolve("@types/node/package.json"), 2)],
    tslab: `${root}/dist/src/kernel/own/runner/tslab.d.ts`,
  };
}
