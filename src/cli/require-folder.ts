/** Whether a file can be written is looked at before the work for it. */
import { accessSync, constants, statSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "./errors.ts";

/** @throws {UserError} when the file's folder is not there or not ours, or the file is a folder */
export function requireFolder(file: string): void {
  const folder = dirname(file);
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    throw new UserError(`${file} cannot be written: the folder ${folder} does not exist or is read-only`);
  }
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory())
    throw new UserError(`${file} cannot be written: it is a folder`);
}
