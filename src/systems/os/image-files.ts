/** Files of an image, of which every instance reads the same ones: in the layers of a union, or in a virtual machine's own file system. */

import { fillPage, PAGE_BYTES } from "../../virt/memory/index.ts";
import { open, write } from "../../virt/os/calls/files.ts";
import { readFile, writeFile } from "../../virt/os/calls/memory.ts";
import { READ, WRITE } from "../../virt/os/fs/permission.ts";
import { World } from "../../virt/os/script.ts";
import type { Task } from "../../virt/os/task.ts";

/** Of each file. */
export const FILE_PAGES = 16;
const IMAGE = 8;

export interface Files {
  readonly files: number;
}

const contents = (file: number): Uint8Array => {
  const bytes = new Uint8Array(FILE_PAGES * PAGE_BYTES);
  for (let page = 0; page < FILE_PAGES; page++)
    fillPage(bytes.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES), IMAGE, file * FILE_PAGES + page);
  return bytes;
};

/** A kernel with the image's tree at a path of it, "" for its root. */
export function worldWithImage(at: string, { files }: Files): World {
  const world = new World();
  const lines = [
    ...(at === "" ? [] : [`mkdir ${at} 755`]),
    ...["bin", "etc", "data"].map((name) => `mkdir ${at}/${name} 755`),
    ...["hosts", "hostname", "resolv.conf"].map((name) => `write ${at}/etc/${name} x`),
    `program ${at}/bin/program 755`,
  ];
  for (const line of lines)
    if (world.perform(`init: ${line}`) !== "ok")
      throw new Error(`invariant: an image cannot be made: ${line}`);
  const init = world.task("init");
  for (let file = 0; file < files; file++) {
    const place = open(init, `${at}/data/${file}`, { access: WRITE, create: true });
    write(init, place, 0, contents(file));
  }
  return world;
}

/** What an instance does with its files: all are read whole, and of the first `changed` the first byte becomes its number. */
export function useFiles(
  task: Task,
  { files, changed, number }: Files & { readonly changed: number; readonly number: number },
): void {
  for (let file = 0; file < files; file++) {
    const { inode } = open(task, `/data/${file}`, { access: READ });
    readFile(task, inode, 0, inode.size);
  }
  for (let file = 0; file < changed; file++) {
    const { inode } = open(task, `/data/${file}`, { access: WRITE });
    writeFile(task, inode, 0, Uint8Array.of(number));
  }
}

/** The pages of all its files, as they are now. */
export function pagesOfFiles(task: Task, { files }: Files): Uint8Array[] {
  return Array.from({ length: files }, (_, file) => {
    const { inode } = open(task, `/data/${file}`, { access: READ });
    const bytes = inode.read(0, inode.size);
    return Array.from({ length: FILE_PAGES }, (_, page) =>
      bytes.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES),
    );
  }).flat();
}
