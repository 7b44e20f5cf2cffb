/** Notebooks on disk: read whole, written so that a crash leaves the old file or the new one. */
import { readFileSync, statSync } from "node:fs";
import {
  formatNotebook,
  MAX_NOTEBOOK_BYTES,
  type Notebook,
  NotebookError,
  parseNotebook,
  tooLarge,
} from "./notebook.ts";
import { replaceFile } from "./replace-file.ts";

const REASONS: Record<string, string> = {
  ENOENT: "does not exist",
  EISDIR: "is a folder, not a notebook",
  EACCES: "cannot be read: permission denied",
};

/** Throws NotebookError whose message begins with the path. */
export function readNotebook(path: string): Notebook {
  try {
    const { size } = statSync(path);
    if (size > MAX_NOTEBOOK_BYTES) throw new NotebookError(tooLarge(size));
    return parseNotebook(readFileSync(path));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new NotebookError(`${path} ${REASONS[code ?? ""] ?? message}`);
  }
}

/** Writes beside the file, syncs, renames; owner and mode of an existing file are kept, a symbolic link stays one. */
export async function writeNotebook(path: string, notebook: Notebook): Promise<void> {
  await replaceFile(path, formatNotebook(notebook));
}
