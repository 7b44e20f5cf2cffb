/** PATH on the command line → what was handed in there: one submission, or those of a class. Nothing of them is opened. */
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { gitFolderOf } from "./git/repository.ts";
import { sameAs } from "./names.ts";
import type { Candidate } from "./submission.ts";

export interface Candidates {
  kind: "one" | "class";
  candidates: Candidate[];
}

/** The path cannot be graded at all: a mistake of whoever runs the grader. */
export class PathError extends Error {
  override name = "PathError";
}

/** What learning systems and instructors leave beside submissions. */
const NOT_HANDED_IN =
  /^(\..*|__macosx|submission_metadata\.ya?ml|readme(\..*)?|thumbs\.db|desktop\.ini|.*\.csv)$/i;
/** What makes a folder one project and not a class. */
const PROJECT = /^(package\.json|tsconfig\.json|component\.ts)$/i;

/**
 * A file is one submission. A folder is one when it is a git repository, or holds a component.ts, the lab's notebook, a
 * package.json or a tsconfig.json. Any other folder is a class: Canvas's flat files, Gradescope's `submission_123`,
 * nbgrader's `student/lab/lab.ipynb`, each entry one submission.
 * @throws PathError
 */
export async function candidates(path: string, labId: string): Promise<Candidates> {
  const whole = real(path);
  const stats = statSync(whole);
  const one: Candidates = { kind: "one", candidates: named([whole]) };
  if (stats.isFile()) return one;
  if (!stats.isDirectory()) throw new PathError(`${path} is neither a file nor a folder`);
  if (gitFolderOf(whole) !== undefined) return one;
  const names = entriesOf(whole, path);
  const isOne = (name: string) => PROJECT.test(name) || name.toLowerCase() === `${labId}.ipynb`;
  const inside = names.filter((name) => !NOT_HANDED_IN.test(name));
  if (inside.some((name) => isOne(name) && !lstatSync(join(whole, name)).isDirectory())) return one;
  if (inside.length === 0)
    throw new PathError(
      `${path} is empty: it must hold a submission, or a file or folder for each of a class`,
    );
  return { kind: "class", candidates: named(inside.sort().map((name) => join(whole, name))) };
}

function real(path: string): string {
  try {
    return realpathSync(resolve(path));
  } catch (error) {
    throw problem(path, error);
  }
}

function entriesOf(folder: string, path: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw problem(path, error);
  }
}

function problem(path: string, error: unknown): Error {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR") return new PathError(`${path} does not exist`);
  if (code === "EACCES" || code === "EPERM")
    return new PathError(`${path} cannot be read: permission denied`);
  return error as Error;
}

/** Ids that collide get a piece of the whole name's hash, all of them: who else hands in changes nobody's id but theirs. */
function named(paths: readonly string[]): Candidate[] {
  const wanted = paths.map((path) => safe(basename(path)));
  const count = new Map<string, number>();
  for (const id of wanted) count.set(sameAs(id), (count.get(sameAs(id)) ?? 0) + 1);
  const taken = new Set<string>();
  return paths.map((path, index) => {
    const id = wanted[index]!;
    const hash = createHash("sha256").update(basename(path)).digest("hex");
    let unique = count.get(sameAs(id)) === 1 ? id : `${id}-${hash.slice(0, 8)}`;
    for (let length = 9; taken.has(sameAs(unique)); length++) unique = `${id}-${hash.slice(0, length)}`;
    taken.add(sameAs(unique));
    return { id: unique, path };
  });
}

const ENDING = /\.(tar\.gz|tar|tgz|zip|ipynb|m?[tj]s|git)$/i;
const LONGEST = 80;
/** Device names of Windows, with whatever ending. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)$/i;

/** Letters, digits, "_", "-" and single dots; begins with a letter, a digit or "_". */
export function safe(name: string): string {
  const id = name
    .normalize("NFC")
    .replace(ENDING, "")
    .replace(/[^\p{L}\p{M}\p{N}_.-]+/gu, "_")
    .replace(/\.{2,}/g, "_")
    .replace(/^[.-]+/, "_")
    .replace(/\.+$/, "");
  const short = [...id].slice(0, LONGEST).join("").replace(/\.+$/, "");
  return short === "" || DEVICE.test(short.split(".")[0]!) ? `_${short}` : short;
}
