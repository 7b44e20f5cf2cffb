/** The checker's `Io` over the real file system. */

import { readFileSync, realpathSync, statSync } from "node:fs";
import type { Io } from "../language/io.ts";

export const slashes = (path: string) => path.replaceAll("\\", "/");

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
