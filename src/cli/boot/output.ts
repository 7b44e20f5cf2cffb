/** Bytes for standard output: gathered while the machine runs, written between two slices of its run. */
import { once } from "node:events";

const NEWLINE = 10;

export class Output {
  /** The reader has gone: nothing more can be written. */
  broken = false;
  /** The last byte that was written was no line's end: what is said next should begin a line. */
  midLine = false;
  #bytes: number[] = [];

  constructor() {
    process.stdout.on("error", () => {
      this.broken = true;
    });
  }

  readonly put = (byte: number): void => {
    this.#bytes.push(byte);
  };

  /** Waits while the reader is slow, so that a guest that floods its port does not fill our memory. */
  async flush(): Promise<void> {
    if (this.#bytes.length === 0 || this.broken) return;
    const bytes = Buffer.from(this.#bytes);
    this.midLine = bytes.at(-1) !== NEWLINE;
    this.#bytes = [];
    if (process.stdout.write(bytes)) return;
    await Promise.race([once(process.stdout, "drain"), once(process.stdout, "close")]).catch(() => {});
  }
}
