/**
 * Files of the served folder: open, save, create, copy, rename, delete.
 * Source: Jupyter Server documentation, "Contents API"; its REST side is in routes.ts.
 */
import { constants } from "node:fs";
import { copyFile, mkdir, open, readdir, rename, rm, rmdir, stat } from "node:fs/promises";
import { extname } from "node:path";
import { replaceFile } from "../../kernel/replace-file.ts";
import { HttpError } from "../http-error.ts";
import { joinPath, nameOf, normalize, parentOf, type Root } from "../paths.ts";
import { Checkpoints } from "./checkpoints.ts";
import { type Model, Models, type Wanted } from "./model.ts";
import { emptyNotebook, stringifyNotebook, validate } from "./notebook.ts";
import type { Trust } from "./trust.ts";
import { Uploads } from "./uploads.ts";

/** What a client sends to save: a Model, of which these fields count. */
export interface Saved {
  type?: string | undefined;
  format?: string | null | undefined;
  content?: unknown;
  /** A large upload comes in pieces 1, 2, … and the last one is -1. */
  chunk?: number | undefined;
}

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

function bytesOf({ content, format }: Saved, path: string): Buffer {
  if (typeof content !== "string") throw new HttpError(400, `"${path}": the content of a file is a string`);
  if (format === "base64") return Buffer.from(content, "base64");
  if (format === "text" || format === undefined || format === null) return Buffer.from(content);
  throw new HttpError(400, `"${path}": format "${format}" is unknown; a file has "text" or "base64"`);
}

export class Contents {
  readonly root: Root;
  readonly checkpoints: Checkpoints;
  readonly #models: Models;
  readonly #trust: Trust;
  readonly #uploads = new Uploads();

  constructor(root: Root, trust: Trust) {
    this.root = root;
    this.checkpoints = new Checkpoints(root);
    this.#models = new Models(root, trust);
    this.#trust = trust;
  }

  get(path: string, wanted: Wanted): Promise<Model> {
    return this.#models.of(normalize(path), wanted);
  }

  /** Saves a file whole, or makes a folder. Returns its model without content. */
  async save(path: string, saved: Saved): Promise<Model> {
    const file = await this.root.resolve(path);
    if (nameOf(path) === "") throw new HttpError(400, "a file needs a name");
    if (saved.type === "directory") await mkdir(file, { recursive: true });
    else if (saved.type === "notebook") {
      const notebook = await this.#trust.sign(validate(saved.content, path));
      await replaceFile(file, stringifyNotebook(notebook));
    } else if (saved.type === "file") {
      const whole = await this.#uploads.add(file, bytesOf(saved, path), saved.chunk);
      if (!whole)
        return {
          ...(await this.get(parentOf(normalize(path)), { content: false })),
          name: nameOf(path),
          path,
        };
      await replaceFile(file, whole);
    } else throw new HttpError(400, `"${path}": type "${saved.type}" is none of directory, file, notebook`);
    return this.get(path, { content: false });
  }

  /** A new file in a folder, under the first of the names Untitled, Untitled1, … that is free. */
  async create(folder: string, { type = "file", ext = "" }: { type?: string; ext?: string }): Promise<Model> {
    if (type === "directory") return this.#unused(folder, "Untitled Folder", "", (file) => mkdir(file), " ");
    const text = type === "notebook" ? stringifyNotebook(emptyNotebook()) : "";
    const [stem, extension] = type === "notebook" ? ["Untitled", ".ipynb"] : ["untitled", ext || ".txt"];
    return this.#unused(folder, stem, extension, async (file) => {
      const handle = await open(file, "wx");
      await handle.writeFile(text);
      await handle.close();
    });
  }

  async copy(from: string, folder: string): Promise<Model> {
    const source = await this.root.resolve(from);
    if ((await stat(source)).isDirectory())
      throw new HttpError(400, `"${from}" is a folder: copy the files in it`);
    const extension = extname(source);
    const stem = `${nameOf(normalize(from)).slice(0, -extension.length || undefined)}-Copy`;
    return this.#unused(
      folder,
      stem,
      extension,
      (file) => copyFile(source, file, constants.COPYFILE_EXCL),
      "",
      1,
    );
  }

  /** Calls `make` with names until one is free; `make` fails with EEXIST on one that is taken. */
  async #unused(
    folder: string,
    stem: string,
    extension: string,
    make: (file: string) => Promise<unknown>,
    gap = "",
    first = 0,
  ): Promise<Model> {
    for (let number = first; ; number++) {
      const path = joinPath(normalize(folder), `${stem}${number ? gap + number : ""}${extension}`);
      try {
        await make(await this.root.resolve(path));
        return await this.get(path, { content: false });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
    }
  }

  async rename(from: string, to: string): Promise<Model> {
    const [source, target] = [await this.root.resolve(from), await this.root.resolve(to)];
    if (source === this.root.folder || normalize(to) === "")
      throw new HttpError(400, "the served folder itself cannot be renamed");
    await stat(source);
    if (source !== target) {
      if (await exists(target)) throw new HttpError(409, `"${to}" exists already`);
      await rename(source, target);
      await Checkpoints.follow(source, target);
    }
    return this.get(to, { content: false });
  }

  /** Deletes a file, or a folder that holds nothing but checkpoints. There is no way back, so the rest is refused. */
  async delete(path: string): Promise<void> {
    const file = await this.root.resolve(path);
    if (file === this.root.folder) throw new HttpError(400, "the served folder itself cannot be deleted");
    if (!(await stat(file)).isDirectory()) {
      await rm(file);
      return Checkpoints.forget(file);
    }
    if ((await readdir(file)).some((name) => name !== ".ipynb_checkpoints"))
      throw new HttpError(400, `"${path}" is not empty: delete what is in it first`);
    await rm(`${file}/.ipynb_checkpoints`, { recursive: true, force: true });
    await rmdir(file);
  }
}
