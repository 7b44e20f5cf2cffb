/**
 * Files' pages in memory: one copy of each page of an inode, whoever reads it and through whichever mount (Linux, mm/filemap.c: an inode's
 * address_space). A union has no pages of its own: what is read through it are those of the layer's inode, so that containers of one image
 * share them; a copy-up reads all of the lower file and fills as many pages of the upper one (overlayfs.rst, "Non-directories").
 */
import type { Task } from "../task.ts";
import type { Inode } from "./inode.ts";

export const PAGE_BYTES = 4096;

/** Hears of pages that were not in memory before: whoever touches one first pays for it (cgroup-v2.rst, "Memory Ownership"). */
export type Charge = (task: Task, pages: number) => void;

export class PageCache {
  readonly #pages = new Map<Inode, Set<number>>();
  readonly #charge: Charge;
  /** Pages in memory. */
  size = 0;

  constructor(charge: Charge = () => {}) {
    this.#charge = charge;
  }

  /** Bytes of a file, and its pages that hold them are in memory. */
  read(task: Task, inode: Inode, offset: number, length: number): Uint8Array {
    const bytes = inode.read(offset, length);
    this.#touch(task, inode.backing, offset, bytes.length);
    return bytes;
  }

  /** Changes a file. What it lay in until now is read whole if that is a lower layer. */
  write(task: Task, inode: Inode, offset: number, bytes: Uint8Array): void {
    const before = inode.backing;
    const { size } = before;
    inode.write(offset, bytes);
    const after = inode.backing;
    if (after === before) this.#touch(task, after, offset, bytes.length);
    else {
      this.#touch(task, before, 0, size);
      this.#touch(task, after, 0, after.size);
    }
  }

  /** Pages of that file which are in memory. */
  of(inode: Inode): number {
    return this.#pages.get(inode.backing)?.size ?? 0;
  }

  #touch(task: Task, inode: Inode, offset: number, length: number): void {
    let pages = this.#pages.get(inode);
    if (!pages) {
      pages = new Set();
      this.#pages.set(inode, pages);
    }
    const before = pages.size;
    const last = Math.ceil((offset + length) / PAGE_BYTES);
    for (let page = Math.floor(offset / PAGE_BYTES); page < last; page++) pages.add(page);
    const fresh = pages.size - before;
    this.size += fresh;
    if (fresh > 0) this.#charge(task, fresh);
  }
}
