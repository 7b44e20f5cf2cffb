/** One change of one file of an image, in a container's union: what is copied, and what is in memory afterwards. */
import { open } from "../../virt/os/calls/files.ts";
import { filePages, readFile, writeFile } from "../../virt/os/calls/memory.ts";
import { READ, WRITE } from "../../virt/os/fs/permission.ts";
import { World } from "../../virt/os/script.ts";
import type { Task } from "../../virt/os/task.ts";

/** "no layer below": in a file that is the container's own. */
export const CHANGES = ["a byte read", "a byte changed", "changed, no layer below"] as const;
export type Change = (typeof CHANGES)[number];

function readByte(task: Task, path: string): void {
  readFile(task, open(task, path, { access: READ }).inode, 0, 1);
}

function writeByte(task: Task, path: string): void {
  const { inode } = open(task, path, { access: WRITE });
  writeFile(task, inode, inode.size >> 1, Uint8Array.of(1));
}

/** @param size bytes of the file. `copied`: bytes in the upper layer; `pages` of files in memory, of 4 KiB. */
export function copyUp(size: number, change: Change): { copied: number; pages: number } {
  const world = new World();
  const lines = [
    ...["/l", "/t", "/m", "/own"].map((path) => `mkdir ${path} 755`),
    ...["mount none /t tmpfs none -", "mkdir /t/u 755", "mkdir /t/w 755"],
    ...["create /l/f 644", `truncate /l/f ${size}`, "create /own/f 644", `truncate /own/f ${size}`],
    "mount overlay /m overlay none lowerdir=/l,upperdir=/t/u,workdir=/t/w",
  ];
  for (const line of lines)
    if (world.perform(`init: ${line}`) !== "ok")
      throw new Error(`invariant: a union cannot be made: ${line}`);
  const init = world.task("init");
  const upper = open(init, "/t/u", { access: READ }).inode;
  const act = change === "a byte read" ? readByte : writeByte;
  act(init, change === "changed, no layer below" ? "/own/f" : "/m/f");
  return { copied: upper.lookup("f")?.size ?? 0, pages: filePages(init) };
}
