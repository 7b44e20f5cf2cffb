/** Equal keys, equal results: a hash over all that decides what a submission gets. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Submission } from "../intake/submission.ts";
import { HOME } from "./kit.ts";

/** Whatever is the same for a whole class. */
export interface Ground {
  lab: string;
  seed: number;
  release: boolean;
  /** Of the sandbox; what ran without one is graded again with one. */
  sandbox: string;
}

/** A hash over it and over the code that grades: the grader, the simulator, the lab with its tests and limits, Node. */
export function groundKey(ground: Ground): string {
  const code = ["grader", "src", join("labs", ground.lab)].flatMap(programs).map((file) => {
    const bytes = readFileSync(join(HOME, file));
    return [file, createHash("sha256").update(bytes).digest("hex")];
  });
  return hash(["ground", process.version, ground, code]);
}

/** Of what was taken; its name is not part of it. */
export function submissionKey(ground: string, submission: Submission): string {
  const { form, files, entry, cells, answers, notes } = submission;
  return hash(["submission", ground, form, sorted(files), entry, cells, sorted(answers), notes]);
}

/** Of one that was not taken. */
export const refusalKey = (ground: string, reason: string): string => hash(["refused", ground, reason]);

const hash = (content: unknown): string => createHash("sha256").update(JSON.stringify(content)).digest("hex");

const sorted = (map: ReadonlyMap<string, string>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

/** Modules below a folder of HOME, in one order on every machine. */
function programs(folder: string): string[] {
  return readdirSync(join(HOME, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!\.d)\.(ts|js)$/.test(entry.name))
    .map((entry) => relative(HOME, join(entry.parentPath, entry.name)))
    .sort();
}
