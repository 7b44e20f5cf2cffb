/** Reading a record that came out of a sandbox: bytes from anybody, of any length up to the sandbox's cap. */
import { StringDecoder } from "node:string_decoder";
import { OVER } from "../record/log.ts";

/** Words for a record that no honest component leaves behind. */
export class Divergence extends Error {
  override name = "Divergence";
}

/** A record of 100,000 calls with two uses of a port each has 1.4 million tokens. Each may become an object, however short it is. */
const MOST_TOKENS = 8 << 20;

/** The lines of one scenario as they come. */
export class RecordReader {
  readonly tokens: unknown[] = [];
  /** The harness said that the scenario is over. */
  ended = false;
  /** Something came that the harness does not write, or it came after the end. */
  garbled = false;
  readonly #prefix: string;
  readonly #decoder = new StringDecoder("utf8");
  /** Pieces of a line whose end has not come. */
  #pieces: string[] = [];

  /** @param number the request's; lines of other numbers are not of this record */
  constructor(number: number) {
    this.#prefix = `${number} `;
  }

  take(chunk: Buffer): void {
    const text = this.#decoder.write(chunk);
    let from = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      this.#line(this.#pieces.join("") + text.slice(from, end));
      this.#pieces = [];
      from = end + 1;
    }
    if (from === text.length) return;
    if (this.ended) this.garbled = true;
    this.#pieces.push(text.slice(from));
  }

  #line(line: string): void {
    if (this.ended || !line.startsWith(this.#prefix)) this.garbled = true;
    else if (line.slice(this.#prefix.length) === OVER) this.ended = true;
    else this.#part(line.slice(this.#prefix.length));
  }

  #part(json: string): void {
    if (this.garbled) return;
    try {
      const part: unknown = JSON.parse(json);
      if (!Array.isArray(part)) throw new TypeError("not a list");
      if (this.tokens.length + part.length > MOST_TOKENS) throw new RangeError("too many tokens");
      for (const token of part) this.tokens.push(token);
    } catch {
      this.garbled = true;
    }
  }
}
