/** Where this package is installed. Apart from node-io.ts, because a snapshot cannot hold `node:module`. */
import { createRequire } from "node:module";
import type { Installation } from "../language/io.ts";
import { slashes } from "./node-io.ts";

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
