/**
 * Outputs of a notebook may hold scripts and HTML, so they are shown in full only when this user ran or trusted them:
 * the digests of such notebooks are kept. Source: Jupyter Server documentation, "Security in notebook documents".
 */
import { createHmac, randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { replaceFile } from "../../kernel/replace-file.ts";
import { type Notebook, shownBy } from "./notebook.ts";

/** Digests that are kept; the oldest fall out. */
const KEPT = 2000;

interface Kept {
  key: string;
  digests: string[];
}

const codeCells = (notebook: Notebook) => notebook.cells.filter((cell) => cell.cell_type === "code");

const digest = (key: string, notebook: Notebook): string =>
  createHmac("sha256", key).update(shownBy(notebook)).digest("hex");

/** Trust is ours to give: it is neither written to the file nor believed when it stands in one. */
function withoutTrust(notebook: Notebook): Notebook {
  const cells = notebook.cells.map((cell) => {
    if (!("trusted" in cell.metadata)) return cell;
    const { trusted, ...metadata } = cell.metadata;
    return { ...cell, metadata };
  });
  return { ...notebook, cells };
}

export class Trust {
  readonly #file: string;
  #kept: Promise<Kept> | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  #load(): Promise<Kept> {
    this.#kept ??= readFile(this.#file, "utf8")
      .then((text) => JSON.parse(text) as Kept)
      .catch(async () => {
        const fresh = { key: randomBytes(32).toString("hex"), digests: [] };
        await mkdir(dirname(this.#file), { recursive: true });
        await writeFile(this.#file, JSON.stringify(fresh), { mode: 0o600 });
        return fresh;
      });
    return this.#kept;
  }

  /** Called on saving: remembers the notebook when each of its code cells is trusted. Returns what goes to the file. */
  async sign(notebook: Notebook): Promise<Notebook> {
    const bare = withoutTrust(notebook);
    if (!codeCells(notebook).every((cell) => cell.metadata.trusted === true)) return bare;
    const kept = await this.#load();
    const seal = digest(kept.key, bare);
    if (kept.digests.includes(seal)) return bare;
    kept.digests = [...kept.digests, seal].slice(-KEPT);
    await replaceFile(this.#file, JSON.stringify(kept), { mode: 0o600 });
    return bare;
  }

  /** Called on opening: marks the code cells as trusted when the notebook is remembered or shows nothing yet. */
  async mark(notebook: Notebook): Promise<Notebook> {
    const bare = withoutTrust(notebook);
    const kept = await this.#load();
    const known = kept.digests.includes(digest(kept.key, bare));
    const cells = bare.cells.map((cell) =>
      cell.cell_type === "code" && (known || !cell.outputs?.length)
        ? { ...cell, metadata: { ...cell.metadata, trusted: true } }
        : cell,
    );
    return { ...bare, cells };
  }
}
