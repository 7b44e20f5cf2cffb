/**
 * The objects of a repository (Git's documentation, gitformat-loose and gitformat-pack), read without git and without its
 * hooks, filters, attributes or configuration. Every object is measured while it is inflated and checked against its name,
 * so that no index can lie. (That is why isomorphic-git is not
 * used: it inflates without a limit.)
 */
import { createHash } from "node:crypto";
import { inflateSync } from "node:zlib";
import { bytes, type Caps } from "../caps.ts";
import { Refusal } from "../submission.ts";
import { damaged } from "./damaged.ts";
import { applyDelta } from "./delta.ts";
import type { RepositoryFiles } from "./files.ts";
import { type ObjectType, Pack } from "./pack.ts";

export interface GitObject {
  type: ObjectType;
  data: Buffer;
}

/** git itself stops at 4095; what people pack has 50. */
const LONGEST_CHAIN = 512;

export class ObjectStore {
  readonly #files: RepositoryFiles;
  readonly #caps: Caps;
  #packs: Pack[] | undefined;
  #inflated = 0;

  constructor(files: RepositoryFiles, caps: Caps) {
    this.#files = files;
    this.#caps = caps;
  }

  /** @throws Refusal when it is missing, damaged, or larger than is read */
  get(id: string, type: ObjectType): Buffer {
    const object = this.#loose(id) ?? this.#packed(id);
    if (!object)
      throw new Refusal(
        `The git repository lacks the object ${id.slice(0, 10)}. Hand in a full clone, not one with alternates or filters.`,
      );
    const name = createHash("sha1")
      .update(`${object.type} ${object.data.length}\0`)
      .update(object.data)
      .digest("hex");
    if (name !== id || object.type !== type)
      throw damaged(`object ${id.slice(0, 10)} is not what its name says`);
    return object.data;
  }

  #inflate = (data: Buffer): Buffer => {
    try {
      const inflated = inflateSync(data, { maxOutputLength: this.#caps.file + 64 });
      return this.#count(inflated);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE")
        throw new Refusal(`The git repository holds a file of more than ${bytes(this.#caps.file)}.`);
      throw error instanceof Refusal ? error : damaged((error as Error).message);
    }
  };

  #count(data: Buffer): Buffer {
    this.#inflated += data.length;
    if (this.#inflated > this.#caps.inflated)
      throw new Refusal(`The git repository grows beyond ${bytes(this.#caps.inflated)} when it is unpacked.`);
    return data;
  }

  #loose(id: string): GitObject | undefined {
    const file = this.#files.read(`objects/${id.slice(0, 2)}/${id.slice(2)}`);
    if (!file) return undefined;
    const whole = this.#inflate(file);
    const end = whole.indexOf(0);
    const [, type, size] =
      /^(commit|tree|blob|tag) (\d+)$/.exec(whole.toString("latin1", 0, Math.min(end, 64))) ?? [];
    const data = whole.subarray(end + 1);
    if (type === undefined || Number(size) !== data.length) throw damaged(`object ${id.slice(0, 10)}`);
    return { type: type as ObjectType, data };
  }

  #packed(id: string): GitObject | undefined {
    for (const pack of this.#allPacks()) {
      const offset = pack.find(id);
      if (offset !== undefined) return this.#resolve(pack, offset);
    }
    return undefined;
  }

  #allPacks(): Pack[] {
    this.#packs ??= this.#files
      .list("objects/pack")
      .filter((name) => /^pack-[0-9a-f]{40}\.idx$/.test(name))
      .sort()
      .map((name) => new Pack(name, this.#files));
    return this.#packs;
  }

  /** Down the chain of deltas to a whole object, and up again. */
  #resolve(pack: Pack, start: number): GitObject {
    const deltas: Buffer[] = [];
    let offset = start;
    for (;;) {
      if (deltas.length > LONGEST_CHAIN) throw damaged("a chain of deltas without an end");
      const record = pack.at(offset, this.#inflate);
      if (record.kind === "whole") {
        const data = deltas.reduceRight(
          (base, delta) => this.#count(applyDelta(base, delta, this.#caps.file)),
          record.data,
        );
        return { type: record.type, data };
      }
      deltas.push(record.delta);
      const base = typeof record.base === "number" ? record.base : pack.find(record.base);
      if (base === undefined) throw damaged("a delta without its base");
      offset = base;
    }
  }
}
