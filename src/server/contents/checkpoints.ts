/**
 * One checkpoint a file: a copy in .ipynb_checkpoints beside it, as Jupyter keeps it.
 * Source: Jupyter Server documentation, "Contents API", section "Checkpoints".
 */
import { mkdir, readFile, rename, rm, rmdir, stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { replaceFile } from "../../kernel/replace-file.ts";
import { HttpError } from "../http-error.ts";
import type { Root } from "../paths.ts";

export interface Checkpoint {
  id: string;
  last_modified: string;
}

const FOLDER = ".ipynb_checkpoints";
const ID = "checkpoint";

const copyOf = (file: string): string => {
  const extension = extname(file);
  return join(dirname(file), FOLDER, `${basename(file, extension)}-${ID}${extension}`);
};

const ignoreAbsence = (error: NodeJS.ErrnoException): undefined => {
  if (error.code !== "ENOENT") throw error;
};

export class Checkpoints {
  readonly #root: Root;

  constructor(root: Root) {
    this.#root = root;
  }

  async list(path: string): Promise<Checkpoint[]> {
    const stats = await stat(copyOf(await this.#root.resolve(path))).catch(ignoreAbsence);
    return stats ? [{ id: ID, last_modified: stats.mtime.toISOString() }] : [];
  }

  async create(path: string): Promise<Checkpoint> {
    const file = await this.#root.resolve(path);
    const bytes = await readFile(file);
    await mkdir(join(dirname(file), FOLDER), { recursive: true });
    await replaceFile(copyOf(file), bytes);
    return (await this.list(path))[0] as Checkpoint;
  }

  async #existing(path: string, id: string): Promise<string> {
    if (id !== ID || (await this.list(path)).length === 0)
      throw new HttpError(404, `"${path}" has no checkpoint "${id}"`);
    return this.#root.resolve(path);
  }

  /** Writes the copy back over the file. */
  async restore(path: string, id: string): Promise<void> {
    const file = await this.#existing(path, id);
    await replaceFile(file, await readFile(copyOf(file)));
  }

  async delete(path: string, id: string): Promise<void> {
    await rm(copyOf(await this.#existing(path, id)));
  }

  /** Keeps the checkpoint with a file that was renamed from `from` to `to` (absolute). */
  static async follow(from: string, to: string): Promise<void> {
    if (!(await stat(copyOf(from)).catch(ignoreAbsence))) return;
    await mkdir(join(dirname(to), FOLDER), { recursive: true });
    await rename(copyOf(from), copyOf(to));
  }

  /** Forgets the checkpoint of a file (absolute) that was deleted; the folder goes with the last one. */
  static async forget(file: string): Promise<void> {
    await rm(copyOf(file), { force: true });
    await rmdir(join(dirname(file), FOLDER)).catch(() => {}); // not empty, or was never there
  }
}
