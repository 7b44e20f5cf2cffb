/** This installation: where it lies, wherever it is run from, and what its package.json says. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of package.json, of bin, dist, labs and notebooks. */
export const ROOT = dirname(fileURLToPath(import.meta.resolve("ringlab/package.json")));

export const { version, description } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  version: string;
  description: string;
};
