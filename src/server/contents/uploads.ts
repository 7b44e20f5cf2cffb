/** Pieces of large uploads, put together in memory: the file on disk changes once, when the last piece is here. */
import { HttpError } from "../http-error.ts";
import { LARGEST, megabytes } from "./model.ts";

export class Uploads {
  readonly #pieces = new Map<string, Buffer[]>();

  /** The whole file when this was its last (or only) piece, else undefined. `chunk` counts from 1; -1 is the last. */
  async add(file: string, bytes: Buffer, chunk: number | undefined): Promise<Buffer | undefined> {
    if (chunk === undefined) return bytes;
    const before = chunk === 1 ? [] : this.#pieces.get(file);
    if (!before) throw new HttpError(400, "this upload has no beginning: upload the file again");
    const pieces = [...before, bytes];
    if (pieces.reduce((sum, piece) => sum + piece.length, 0) > LARGEST) {
      this.#pieces.delete(file);
      throw new HttpError(
        413,
        `an upload can have up to ${megabytes(LARGEST)}: copy the file into the folder`,
      );
    }
    if (chunk !== -1) {
      this.#pieces.set(file, pieces);
      return undefined;
    }
    this.#pieces.delete(file);
    return Buffer.concat(pieces);
  }
}
