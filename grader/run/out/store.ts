/**
 * The folder of results. Of each submission, under a name made from its id (report/page/paths.ts):
 *
 *     results/NAME.json      what became of it: the record that all else is made from
 *     gradescope/NAME.json   the same as Gradescope's results.json
 *     feedback/NAME.html     the student's page
 *
 * and of the class, beside them, pages and tables (pages.ts). In log/ is what depends on the day: how long each took, and why
 * one was not graded.
 */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { fileName } from "../../report/page/paths.ts";
import type { Graded } from "../../report/result.ts";
import { GradingProblem } from "../problem.ts";
import { making, readIfThere, sweepPartial, writeIfChanged } from "./files.ts";
import { LOCK, lock } from "./lock.ts";

const FOLDERS = ["results", "gradescope", "feedback", "log"] as const;
/** Says whose folder it is. */
const ABOUT = "about.json";

export class Store {
  readonly folder: string;
  readonly #unlock: () => void;

  /** @throws GradingProblem when it cannot be written, is another lab's, is something else's, or is in use */
  static async open(folder: string, lab: string): Promise<Store> {
    await making(folder, () => void mkdirSync(folder, { recursive: true }));
    const about = readIfThere(join(folder, ABOUT));
    if (about === undefined && readdirSync(folder).some((name) => !name.startsWith(LOCK)))
      throw new GradingProblem(
        `${folder} is not empty and holds no results of ringlab grade; give a new folder with --out`,
      );
    const other = about === undefined ? lab : labOf(about);
    if (other !== lab)
      throw new GradingProblem(`${folder} holds results of lab ${other}; give another folder with --out`);
    return new Store(folder, await making(folder, () => lock(folder))).#prepare(lab);
  }

  private constructor(folder: string, unlock: () => void) {
    this.folder = folder;
    this.#unlock = unlock;
  }

  async #prepare(lab: string): Promise<this> {
    try {
      await this.write(ABOUT, `${JSON.stringify({ what: WHAT, version: 1, lab }, null, 1)}\n`);
      sweepPartial(this.folder);
      for (const name of FOLDERS) {
        const folder = join(this.folder, name);
        await making(folder, () => void mkdirSync(folder, { recursive: true }));
        sweepPartial(folder);
      }
      return this;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    this.#unlock();
  }

  /** Undefined when there is none, or none that this version wrote. */
  result(id: string): Graded | undefined {
    const text = readIfThere(this.path(resultPath(id)));
    if (text === undefined) return undefined;
    try {
      const graded = JSON.parse(text) as Graded;
      return graded.version === 1 && typeof graded.key === "string" && Array.isArray(graded.tests)
        ? graded
        : undefined;
    } catch {
      return undefined;
    }
  }

  keep(id: string, graded: Graded): Promise<void> {
    return this.write(resultPath(id), `${JSON.stringify(graded, null, 1)}\n`);
  }

  /** @throws GradingProblem */
  write(name: string, text: string): Promise<void> {
    return writeIfChanged(this.path(name), text);
  }

  read(name: string): string | undefined {
    return readIfThere(this.path(name));
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  /** Results of submissions that are not among these: they were renamed, or taken away. */
  strangers(ids: readonly string[]): string[] {
    const known = new Set(ids.map((id) => basename(resultPath(id))));
    return readdirSync(this.path("results")).filter((name) => name.endsWith(".json") && !known.has(name));
  }
}

const resultPath = (id: string) => `results/${fileName(id)}.json`;

const WHAT = "results of ringlab grade";

/** Whether a run wrote this folder. */
export const isResults = (folder: string): boolean =>
  existsSync(join(folder, "results")) && readIfThere(join(folder, ABOUT))?.includes(WHAT) === true;

function labOf(about: string): string {
  try {
    return String((JSON.parse(about) as { lab?: unknown }).lab);
  } catch {
    return "unknown";
  }
}
