/** A pack and its index of version 2 (gitformat-pack). */
import { damaged } from "./damaged.ts";
import type { RepositoryFiles } from "./files.ts";

export type ObjectType = "commit" | "tree" | "blob" | "tag";

/** Entries of a pack by their type number; 6 and 7 are deltas, against an offset and against a name. */
const TYPES: Record<number, ObjectType> = { 1: "commit", 2: "tree", 3: "blob", 4: "tag" };
const OFS_DELTA = 6;
const REF_DELTA = 7;

const HEADER = 8;
const FANOUT = 256 * 4;
const NAME = 20;
/** After the last entry of a pack comes its checksum. */
const TRAILER = 20;

export type PackRecord =
  | { kind: "whole"; type: ObjectType; data: Buffer }
  /** The base is an offset of this pack or a name. */
  | { kind: "delta"; base: number | string; delta: Buffer };

export class Pack {
  readonly #name: string;
  readonly #files: RepositoryFiles;
  readonly #index: Buffer;
  readonly #count: number;
  #data: Buffer | undefined;

  /** @param name of the index: "pack-….idx" */
  constructor(name: string, files: RepositoryFiles) {
    this.#name = name;
    this.#files = files;
    const index = files.read(`objects/pack/${name}`) ?? Buffer.alloc(0);
    if (index.length < HEADER + FANOUT || index.readUInt32BE(0) !== 0xff744f63 || index.readUInt32BE(4) !== 2)
      throw damaged(`${name} is no index of version 2`);
    this.#index = index;
    this.#count = index.readUInt32BE(HEADER + FANOUT - 4);
    if (index.length < HEADER + FANOUT + this.#count * (NAME + 8)) throw damaged(`${name} is too short`);
  }

  /** The offset of an object, by binary search. */
  find(id: string): number | undefined {
    const wanted = Buffer.from(id, "hex");
    const names = HEADER + FANOUT;
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = wanted.compare(this.#index, names + middle * NAME, names + (middle + 1) * NAME);
      if (order === 0) return this.#offset(middle);
      if (order < 0) high = middle;
      else low = middle + 1;
    }
    return undefined;
  }

  /** Packs are smaller than 2 GiB here, so the table of 64-bit offsets is never needed. */
  #offset(position: number): number {
    const offset = this.#index.readUInt32BE(HEADER + FANOUT + this.#count * (NAME + 4) + position * 4);
    if (offset >= 2 ** 31) throw damaged(`${this.#name} names a place outside of its pack`);
    return offset;
  }

  /** @param inflate Inflates a zlib stream that begins the buffer, and counts what comes out. */
  at(offset: number, inflate: (data: Buffer) => Buffer): PackRecord {
    const data = this.#pack();
    let at = offset;
    const byte = () => {
      if (at < 12 || at >= data.length - TRAILER)
        throw damaged(`${this.#name} names a place outside of its pack`);
      return data[at++]!;
    };
    let next = byte();
    const type = (next >> 4) & 7;
    let size = next & 15;
    for (let scale = 16; next >= 128; scale *= 128) {
      next = byte();
      size += (next & 127) * scale;
    }
    let base: number | string | undefined;
    if (type === OFS_DELTA) {
      next = byte();
      let back = next & 127;
      while (next >= 128) {
        next = byte();
        back = (back + 1) * 128 + (next & 127);
      }
      if (!(back > 0 && back <= offset)) throw damaged("a delta before its pack");
      base = offset - back;
    } else if (type === REF_DELTA) {
      base = data.toString("hex", at, at + NAME);
      at += NAME;
    }
    const content = inflate(data.subarray(at, data.length - TRAILER));
    if (content.length !== size) throw damaged("an object of another size than its header says");
    if (base !== undefined) return { kind: "delta", base, delta: content };
    const whole = TYPES[type];
    if (whole === undefined) throw damaged(`an object of type ${type}`);
    return { kind: "whole", type: whole, data: content };
  }

  #pack(): Buffer {
    this.#data ??= this.#files.read(`objects/pack/${this.#name.replace(/idx$/, "pack")}`);
    if (this.#data?.toString("latin1", 0, 4) !== "PACK") throw damaged(`the pack of ${this.#name}`);
    return this.#data;
  }
}
