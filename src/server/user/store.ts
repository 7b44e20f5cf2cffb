/** Small texts of the user under ids, one file each in a folder of their configuration. */
import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { replaceFile } from "../../kernel/replace-file.ts";

/** Where the user's settings live. Source: XDG Base Directory Specification. */
export const configFolder = (): string =>
  join(process.env.XDG_CONFIG_HOME || join(homedir(), ".config"), "ringlab");

export interface Stored {
  text: string;
  /** ISO 8601. */
  created: string;
  last_modified: string;
}

export class Store {
  readonly #folder: string;
  readonly #extension: string;

  constructor(folder: string, extension: string) {
    this.#folder = folder;
    this.#extension = extension;
  }

  /** An id may hold any character: a slash in it does not lead into another folder. */
  #file(id: string): string {
    return join(this.#folder, encodeURIComponent(id).replaceAll(".", "%2E") + this.#extension);
  }

  async get(id: string): Promise<Stored | undefined> {
    try {
      const file = this.#file(id);
      const [text, { birthtime, mtime }] = await Promise.all([readFile(file, "utf8"), stat(file)]);
      return { text, created: birthtime.toISOString(), last_modified: mtime.toISOString() };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  async put(id: string, text: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    await replaceFile(this.#file(id), text);
  }

  async delete(id: string): Promise<void> {
    await rm(this.#file(id), { force: true });
  }

  async ids(): Promise<string[]> {
    const names = await readdir(this.#folder).catch(() => [] as string[]);
    return names
      .filter((name) => name.endsWith(this.#extension))
      .map((name) => decodeURIComponent(name.slice(0, -this.#extension.length)));
  }
}
