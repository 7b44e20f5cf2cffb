/** `--pcap`: frames kept in memory, and written when all have been seen. What cannot be written is said before anything runs. */
import { replaceFile } from "../kernel/replace-file.ts";
import { type Captured, writePcap } from "../systems/io/net.ts";
import { UserError } from "./errors.ts";
import { requireFolder } from "./require-folder.ts";

/** Nanoseconds between what two runs have sent. */
const BETWEEN = 1e9;

export class Capture {
  readonly #file: string;
  readonly #frames: Captured[] = [];
  #begin = 0;

  /** @throws {UserError} when nothing can be written there */
  constructor(file: string) {
    if (file === "-") throw new UserError("--pcap -: give it a file");
    requireFolder(file);
    this.#file = file;
  }

  /** Takes a frame; the time is that of its run, in nanoseconds. */
  readonly watch = (nanoseconds: number, frame: Uint8Array): void => {
    this.#frames.push({ time: this.#begin + nanoseconds, frame: frame.slice() });
  };

  /** Another run begins, whose time is 0 again: its frames come after those of the last one. */
  next(): void {
    const last = this.#frames.at(-1);
    if (last) this.#begin = last.time + BETWEEN;
  }

  /** @throws {UserError} when nothing was sent, or the file cannot be written */
  async write(): Promise<void> {
    const count = this.#frames.length;
    if (count === 0) throw new UserError(`nothing was sent, so ${this.#file} was not written`);
    try {
      await replaceFile(this.#file, writePcap(this.#frames));
    } catch (error) {
      throw new UserError(`${this.#file} cannot be written: ${(error as Error).message}`);
    }
    console.error(`wrote ${this.#file}: ${count.toLocaleString("en")} frames`);
  }
}
