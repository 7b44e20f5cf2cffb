/** Writing into the folder of results: whole files or none, and none that would not change. */
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { replaceFile } from "../../../src/kernel/replace-file.ts";
import { GradingProblem } from "../problem.ts";

/** @throws GradingProblem when the disk is full or the folder may not be written */
export async function writeIfChanged(file: string, text: string): Promise<void> {
  if (readIfThere(file) === text) return;
  await making(file, async () => {
    mkdirSync(dirname(file), { recursive: true });
    await replaceFile(file, text);
  });
}

export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "your quota of the disk is used up",
  EACCES: "you may not write there",
  EPERM: "you may not write there",
  EROFS: "the disk is read-only",
  ENOTDIR: "a part of its path is a file",
  EEXIST: "a part of its path is a file",
  EISDIR: "it is a folder",
};

/**
 * Where the system says why something cannot be written, the person at the terminal is told so.
 * @throws GradingProblem for these reasons, and whatever else went wrong as it is
 */
export async function making<T>(path: string, write: () => T | Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const reason = REASONS[(error as NodeJS.ErrnoException).code ?? ""];
    if (reason === undefined) throw error;
    throw new GradingProblem(
      `cannot write ${path}: ${reason}. What was graded until then is kept; when it can be written, run the same command again`,
      { cause: error },
    );
  }
}

/** Removes what a killed run was writing: write-file-atomic appends a number to the name of a file that is not whole. */
export function sweepPartial(folder: string): void {
  for (const name of readdirSync(folder))
    if (/\.(json|html|csv)\.\d+$/.test(name)) rmSync(join(folder, name), { force: true });
}
