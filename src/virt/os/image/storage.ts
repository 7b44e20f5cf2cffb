/**
 * Where an engine keeps what images unpack to, in the file system of its own task: a layer on the same layers once, however many
 * images and containers stand on it.
 *
 *     PATH/layers/CHAIN-ID/      a layer as a tree, with an overlay's marks
 *     PATH/containers/NAME/      upper · work · merged, the root file system
 */
import { mkdir } from "../calls/files.ts";
import { mount } from "../calls/mounts.ts";
import { umount } from "../calls/umount.ts";
import { DocumentError } from "../document.ts";
import { attempt } from "../errno.ts";
import type { Inode } from "../fs/inode.ts";
import { Overlay } from "../fs/overlay/overlay.ts";
import { resolve, resolveParent } from "../fs/path.ts";
import { everybody, type Task } from "../task.ts";
import { chainIds, type Image, type ImageLayer, layerTar } from "./image.ts";
import { packLayer } from "./layer/diff.ts";
import { LIMITS, type Limits } from "./layer/limits.ts";
import { readEntries } from "./layer/read.ts";
import { type LeftOut, unpackInto } from "./layer/unpack.ts";
import type { BlobStore } from "./store.ts";

export class Storage {
  private readonly task: Task;
  private readonly blobs: BlobStore;
  private readonly path: string;
  private readonly limits: Limits;
  private readonly unpacked = new Map<string, readonly LeftOut[]>();

  constructor(task: Task, blobs: BlobStore, path: string, limits = LIMITS) {
    this.task = task;
    this.blobs = blobs;
    this.path = path;
    this.limits = limits;
    for (const each of ["", "/layers", "/empty", "/containers"])
      this.must(path, () => mkdir(task, path + each, 0o711));
  }

  /**
   * Unpacks the layers that are not here yet on what they stand on.
   * @returns what this kernel had no place for
   * @throws DocumentError, and nothing of that layer stays
   */
  async pull({ layers }: Image): Promise<readonly LeftOut[]> {
    const chain = chainIds(layers);
    for (const [i, layer] of layers.entries())
      if (!this.unpacked.has(chain[i]!)) await this.unpack(layer, chain.slice(0, i + 1));
    return chain.flatMap((id) => this.unpacked.get(id)!);
  }

  /** @param chain the layer's own last */
  private async unpack(layer: ImageLayer, chain: readonly string[]): Promise<void> {
    const tar = layerTar(this.blobs, layer, this.limits);
    const where = layer.descriptor.digest;
    const entries = await readEntries(tar, where, this.limits);
    const id = chain.at(-1)!;
    const directory = this.layer(id);
    this.must(where, () => mkdir(this.task, directory, 0o755));
    try {
      this.unpacked.set(id, unpackInto(this.task, directory, entries, where, this.view(chain.slice(0, -1))));
    } catch (error) {
      remove(this.task, directory);
      throw error;
    }
  }
  /** A call in the engine's own folder. */
  private must<T>(where: string, call: () => T): T {
    const answer = attempt(call);
    if ("value" in answer) return answer.value;
    const full = answer.errno === "ENOSPC";
    throw new DocumentError(
      where,
      full
        ? `no space is left in ${this.path} (ENOSPC)`
        : `${this.path} cannot be written to (${answer.errno})`,
      full
        ? "Make its file system larger, or remove what is not needed."
        : "Name a folder of the engine's own.",
    );
  }
  /** What layers show together. */
  private view(chain: readonly string[]): Inode {
    const lower = this.directories(chain).map((path) => resolve(this.task, path).inode);
    return lower.length === 1
      ? lower[0]!
      : new Overlay(this.task.credentials, { lower, admit: () => {} }).root;
  }
  /** The topmost first; an empty one, if there is none. */
  private directories(chain: readonly string[]): string[] {
    return chain.length > 0 ? chain.map((id) => this.layer(id)).reverse() : [`${this.path}/empty`];
  }
  private layer(chainId: string): string {
    return `${this.path}/layers/${chainId.replace("sha256:", "")}`;
  }
  private container(name: string): string {
    return `${this.path}/containers/${name}`;
  }

  /** A union of an image's layers with an empty one on top, mounted: its path. @throws DocumentError */
  mount(name: string, { layers }: Image): string {
    if (!/^[a-z0-9][a-z0-9_.-]*$/i.test(name))
      throw new DocumentError(name, "not the name of a container", "Use letters, digits, _, . and -.");
    const at = this.container(name);
    if ("value" in attempt(() => resolve(this.task, at)))
      throw new DocumentError(name, "there is a container of this name", "Remove it, or take another name.");
    this.must(name, () => mkdir(this.task, at, 0o711));
    try {
      this.must(name, () => this.mountAt(at, layers));
    } catch (error) {
      remove(this.task, at);
      throw error;
    }
    return `${at}/merged`;
  }
  private mountAt(at: string, layers: readonly ImageLayer[]): void {
    for (const each of ["upper", "work", "merged"]) mkdir(this.task, `${at}/${each}`, 0o755);
    const lower = this.directories(chainIds(layers));
    const request = {
      source: "overlay",
      target: `${at}/merged`,
      type: "overlay",
      words: new Set<string>(),
      data: `lowerdir=${lower.join(":")},upperdir=${at}/upper,workdir=${at}/work`,
    };
    mount(this.task, request, everybody(this.task));
  }

  /** What was changed in a container's root file system, as a layer's archive. @throws DocumentError */
  diff(name: string): Promise<Uint8Array> {
    const upper = resolve(this.task, `${this.container(name)}/upper`).inode;
    return packLayer(upper, this.task.credentials.userNamespace);
  }

  /** @throws DocumentError */
  unmount(name: string): void {
    const at = this.container(name);
    if ("errno" in attempt(() => resolve(this.task, `${at}/merged`)))
      throw new DocumentError(name, "there is no container of this name", "Name one that was mounted.");
    umount(this.task, `${at}/merged`, true, everybody(this.task));
    remove(this.task, at);
  }
  /** How many layers are kept. */
  get layers(): number {
    return this.unpacked.size;
  }
}

/** rm -r: in the engine's own folder, whose names nobody else can write. */
function remove(task: Task, path: string): void {
  const { directory, name } = resolveParent(task, path);
  const empty = (inode: Inode): void => {
    for (const each of [...inode.names()]) {
      const child = inode.lookup(each)!;
      if (child.type === "directory") empty(child);
      inode.remove(each);
    }
  };
  empty(directory.inode.lookup(name!)!);
  directory.inode.remove(name!);
}
