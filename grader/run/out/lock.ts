/** One run at a time writes into a folder of results. */
import { linkSync, readdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GradingProblem } from "../problem.ts";
import { lives, type ProcessIdentity, parseIdentity, thisProcess } from "../process-identity.ts";
import { readIfThere } from "./files.ts";

export const LOCK = ".lock";

/**
 * Takes the folder, also from a run that was killed.
 * @returns what gives it back
 * @throws GradingProblem when another run has it
 */
export function lock(folder: string): () => void {
  const file = join(folder, LOCK);
  const own = `${file}-${process.pid}`;
  writeFileSync(own, JSON.stringify(thisProcess()));
  try {
    // A link appears with its content, and only where there is none.
    while (!tryLink(own, file)) takeFromDead(file, folder);
  } finally {
    unlinkSync(own);
  }
  sweepLocks(folder);
  return () => rmSync(file, { force: true });
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function takeFromDead(file: string, folder: string): void {
  const text = readIfThere(file);
  if (text === undefined) return;
  const holder = identity(text, file);
  const alive = lives(holder);
  if (alive === true)
    throw new GradingProblem(
      `another run (process ${holder.pid}) is writing to ${folder}; wait for it, or give another folder with --out`,
    );
  if (alive === "unknown")
    throw new GradingProblem(
      `a run on ${holder.host} (process ${holder.pid}) is or was writing to ${folder}; if it is over, delete ${file}`,
    );
  // Of two that see the same dead lock, the slower one may move the quicker one's new lock, and puts it back.
  const moved = `${file}-${process.pid}-dead`;
  try {
    renameSync(file, moved);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  if (readIfThere(moved) !== text) tryLink(moved, file);
  unlinkSync(moved);
}

function identity(text: string, file: string): ProcessIdentity {
  try {
    return parseIdentity(text);
  } catch {
    throw new GradingProblem(`${file} is no lock of ringlab grade; if no run is writing here, delete it`);
  }
}

/** What runs left behind that were killed while they took the folder. */
function sweepLocks(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!/^\.lock-\d+(-dead)?$/.test(name)) continue;
    const text = readIfThere(join(folder, name));
    if (text !== undefined && (text === "" || lives(identity(text, name)) === false))
      rmSync(join(folder, name), { force: true });
  }
}
