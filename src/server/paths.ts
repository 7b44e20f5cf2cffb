/**
 * The served folder and what lies in it. Paths of the API are relative, with "/" between names, and never leave the
 * folder: not by "..", not by a symbolic link, not by a name that another system reads as a drive.
 */
import { realpathSync } from "node:fs";
import { lstat, realpath } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";
import { HttpError } from "./http-error.ts";

/** Names that the contents API neither lists nor opens. */
export const isHidden = (name: string): boolean => name.startsWith(".");

/** "a//b/" → "a/b". Throws HttpError 400 for a path that names something outside, 404 for a hidden one. */
export function normalize(path: string): string {
  if (path.includes("\0")) throw new HttpError(400, "a path cannot hold a NUL character");
  if (path.includes("\\")) throw new HttpError(400, `"${path}": write "/" between folders, not "\\"`);
  const names = path.split("/").filter((name) => name !== "");
  if (names.some((name) => name === "." || name === ".."))
    throw new HttpError(400, `"${path}" leads outside of the served folder`);
  if (/^[A-Za-z]:/.test(names[0] ?? "")) throw new HttpError(400, `"${path}" names a drive`);
  if (names.some(isHidden)) throw new HttpError(404, `"${path}" is hidden and not served`);
  return names.join("/");
}

export const parentOf = (path: string): string =>
  path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
export const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
export const joinPath = (folder: string, name: string): string => (folder ? `${folder}/${name}` : name);

export class Root {
  /** Absolute, without symbolic links. */
  readonly folder: string;

  /** Throws when there is no such folder. */
  constructor(folder: string) {
    this.folder = realpathSync(folder);
  }

  /** True when a real path (one without symbolic links) is the folder or lies in it. */
  holds(real: string): boolean {
    const prefix = this.folder.endsWith(sep) ? this.folder : this.folder + sep;
    return real === this.folder || real.startsWith(prefix);
  }

  /**
   * The file that a path of the API names; it need not exist. Follows the links on the way to prove that they stay
   * inside. Throws HttpError.
   */
  async resolve(path: string): Promise<string> {
    const file = join(this.folder, ...normalize(path).split("/"));
    if (!this.holds(await this.#real(file, path)))
      throw new HttpError(403, `"${path}" is a link that leads outside of the served folder`);
    return file;
  }

  /** The real path of the file, or where it would come to be. */
  async #real(file: string, path: string): Promise<string> {
    try {
      return await realpath(file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    const entry = await lstat(file).catch(() => undefined);
    if (entry?.isSymbolicLink()) throw new HttpError(404, `"${path}" is a link to something that is gone`);
    return join(await this.#real(dirname(file), path), basename(file));
  }
}
