/**
 * What the contents API says of a file or folder.
 * Source: Jupyter Server documentation, "Contents API", section "Data model".
 */
import { createHash } from "node:crypto";
import { constants, createReadStream, type Stats } from "node:fs";
import { access, readdir, readFile, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { getMimeType } from "hono/utils/mime";
import { HttpError } from "../http-error.ts";
import { isHidden, joinPath, nameOf, type Root } from "../paths.ts";
import { parseNotebook } from "./notebook.ts";
import type { Trust } from "./trust.ts";

export type ContentType = "directory" | "file" | "notebook";
export type Format = "json" | "text" | "base64";

export interface Model {
  name: string;
  path: string;
  type: ContentType;
  writable: boolean;
  /** ISO 8601. */
  created: string;
  last_modified: string;
  /** Bytes; null for a folder. */
  size: number | null;
  mimetype: string | null;
  content: unknown;
  format: Format | null;
  hash: string | null;
  hash_algorithm: string | null;
}

export interface Wanted {
  content: boolean;
  /** SHA-256 of the file's bytes. */
  hash?: boolean;
  type?: string | undefined;
  format?: string | undefined;
}

/** A larger file is refused here; it can still be downloaded, and served at /files. */
export const LARGEST = 200 * 2 ** 20;

export const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;

const isNotebook = (path: string): boolean => path.toLowerCase().endsWith(".ipynb");

/** Text and scripts that the table of MIME types takes for something else or does not know. */
const mimeOf = (path: string): string =>
  /\.[cm]?tsx?$/.test(path)
    ? "text/typescript"
    : (getMimeType(path) ?? "application/octet-stream").split(";")[0]!;

async function hashOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest("hex");
}

function decode(bytes: Buffer, format: string | undefined, path: string): Pick<Model, "content" | "format"> {
  if (format !== "base64") {
    try {
      const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
      if (format === "text" || !text.includes("\0")) return { content: text, format: "text" };
    } catch {
      if (format === "text") throw new HttpError(400, `"${path}" is not text in UTF-8`);
    }
  }
  return { content: bytes.toString("base64"), format: "base64" };
}

export class Models {
  readonly root: Root;
  readonly trust: Trust;

  constructor(root: Root, trust: Trust) {
    this.root = root;
    this.trust = trust;
  }

  /** Throws HttpError, or the error of a system call. */
  async of(path: string, wanted: Wanted): Promise<Model> {
    const file = await this.root.resolve(path);
    const stats = await stat(file);
    const model = await this.#outline(path, file, stats);
    if (wanted.type === "directory" && model.type !== "directory")
      throw new HttpError(400, `"${path}" is not a folder`);
    if (wanted.type && wanted.type !== "directory" && model.type === "directory")
      throw new HttpError(400, `"${path}" is a folder, not a ${wanted.type}`);
    if (wanted.type === "file") model.type = "file";
    if (wanted.type === "notebook") model.type = "notebook";
    if (wanted.hash && model.type !== "directory") {
      model.hash = await hashOf(file);
      model.hash_algorithm = "sha256";
    }
    if (wanted.content) Object.assign(model, await this.#content(model, file, wanted.format));
    return model;
  }

  async #outline(path: string, file: string, stats: Stats): Promise<Model> {
    if (!stats.isDirectory() && !stats.isFile())
      throw new HttpError(400, `"${path}" is neither a file nor a folder`);
    const writable = await access(file, constants.W_OK).then(
      () => true,
      () => false,
    );
    const type = stats.isDirectory() ? "directory" : isNotebook(path) ? "notebook" : "file";
    return {
      name: nameOf(path),
      path,
      type,
      writable,
      created: stats.birthtime.toISOString(),
      last_modified: stats.mtime.toISOString(),
      size: stats.isDirectory() ? null : stats.size,
      mimetype: null,
      content: null,
      format: null,
      hash: null,
      hash_algorithm: null,
    };
  }

  async #content(model: Model, file: string, format?: string): Promise<Partial<Model>> {
    if (model.type === "directory") return { content: await this.#list(model.path, file), format: "json" };
    if ((model.size ?? 0) > LARGEST)
      throw new HttpError(
        413,
        `"${model.path}" has ${megabytes(model.size ?? 0)}; up to ${megabytes(LARGEST)} can be opened in the page. Download it instead`,
      );
    const bytes = await readFile(file);
    if (model.type === "file") return { ...decode(bytes, format, model.path), mimetype: mimeOf(model.path) };
    const notebook = await parseNotebook(decode(bytes, "text", model.path).content as string, model.path);
    return { content: await this.trust.mark(notebook), format: "json" };
  }

  /** What can be opened: no hidden files, no links that lead outside, nothing that is neither file nor folder. */
  async #list(path: string, folder: string): Promise<Model[]> {
    const names = new Set(await readdir(folder));
    const models = await Promise.all(
      [...names].map(async (name) => {
        if (isHidden(name) || isLeftover(name, names) || name.includes("\\")) return undefined;
        const file = join(folder, name);
        try {
          if (!this.root.holds(await realpath(file))) return undefined;
          return await this.#outline(joinPath(path, name), file, await stat(file));
        } catch {
          return undefined; // gone since it was listed, or not ours to read
        }
      }),
    );
    return models.filter((model) => model !== undefined);
  }
}

/** `name.1234567890` beside `name`: what write-file-atomic leaves when it is killed before it renames. */
const isLeftover = (name: string, names: ReadonlySet<string>): boolean =>
  /\.\d{6,}$/.test(name) && names.has(name.replace(/\.\d+$/, ""));
