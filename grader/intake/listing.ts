/** What a folder, an archive or a commit holds, before anything of it is read. */

import { visible } from "../../src/course/submission/characters.ts";
import type { Caps } from "./caps.ts";
import { checkName, sameAs } from "./names.ts";
import { Refusal } from "./submission.ts";

export interface Entry {
  /** In the submission, with "/". */
  path: string;
  /** As far as it is known; what `read` gives is measured again. */
  size: number;
  /** Never gives more than `cap` bytes. @throws Refusal when there are more */
  read(cap: number): Promise<Uint8Array>;
}

/** Folders whose content is nobody's component. What is in them is neither read nor looked at. */
const IGNORED_FOLDERS = /^(\..*|node_modules|__macosx|__pycache__|dist|coverage)$/i;
/** Bundling reads programs, and a notebook holds one. */
const RELEVANT = /\.(ts|mts|js|mjs|ipynb)$/i;
const IRRELEVANT = /(\.d\.m?ts|\.(test|spec|config)\.m?[jt]s)$/i;
const ARCHIVE = /\.(zip|tar|tgz|gz|bz2|xz|7z|rar)$/i;

/** Whether it lies in a folder that is passed over, or is one. */
export function isIgnored(path: string): boolean {
  return path.split("/").some((part) => IGNORED_FOLDERS.test(part));
}

/** Collects the entries that matter and refuses names that nobody should have. */
export class Listing {
  readonly entries: Entry[] = [];
  readonly #caps: Caps;
  readonly #names = new Map<string, string>();
  readonly #archives: string[] = [];
  #looked = 0;

  constructor(caps: Caps) {
    this.#caps = caps;
  }

  /** Counts and checks one name, of whatever it is. @throws Refusal */
  look(path: string): void {
    if (++this.#looked > this.#caps.entries)
      throw new Refusal(
        `It holds more than ${this.#caps.entries} files. Hand in your component alone, without node_modules.`,
      );
    checkName(path);
    if (path.split("/").length > this.#caps.depth)
      throw new Refusal(`${visible(path)} lies more than ${this.#caps.depth} folders deep.`);
  }

  /** Whether it may be a part of the component. */
  static isRelevant(path: string): boolean {
    return RELEVANT.test(path) && !IRRELEVANT.test(path);
  }

  /** A regular file. @throws Refusal */
  add(entry: Entry): void {
    const { path } = entry;
    if (isIgnored(path)) return;
    if (ARCHIVE.test(path)) this.#archives.push(path);
    if (!Listing.isRelevant(path)) return;
    const other = this.#names.get(sameAs(path));
    if (other !== undefined)
      throw new Refusal(
        other === path
          ? `It holds ${visible(path)} twice.`
          : `It holds ${visible(other)} and ${visible(path)}, which are one file where upper and lower case do not count.`,
      );
    this.#names.set(sameAs(path), path);
    this.entries.push(entry);
    if (this.entries.length > this.#caps.files)
      throw new Refusal(
        `It holds more than ${this.#caps.files} programs and notebooks. Hand in your component alone.`,
      );
  }

  /** Archives inside are not opened. */
  get notes(): string[] {
    return this.#archives
      .slice(0, 5)
      .map((path) => `${visible(path)} was not opened: hand in the files themselves.`);
  }
}
