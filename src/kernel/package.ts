/** This installation: where it lies, wherever it is run from, and what its package.json says. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of package.json, of bin, dist, labs and notebooks. */
export const ROOT = dirname(fileURLToPath(import.meta.resolve("ringlab/package.json")));

const { version, description, ringlab } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  version: string;
  description: string;
  /** Written by `ringlab release`. */
  ringlab?: { edition?: string };
};

export { description, version };

/** A folder that students were given: notebooks in it hold their work, and there is no grader. */
export const isStudentEdition = ringlab?.edition === "student";
