/** Reading a disk, at the rate that the reader's control group may. Sizes and offsets are bytes; waiting lets the scheduler's clock go on. */
import { PAGE } from "../cgroup/controllers/pages.ts";
import type { Task } from "../task.ts";
import { readPage } from "./memory.ts";

/** A disk is a file to the page cache; each kernel has one of its own. */
const files = new Map<string, object>();
function fileOf(device: string): object {
  const file = files.get(device) ?? {};
  files.set(device, file);
  return file;
}

/** Through the page cache. `device` is "MAJOR:MINOR". */
export function read(task: Task, device: string, offset: number, size: number): void {
  for (let page = offset / PAGE; page < (offset + size) / PAGE; page++)
    if (readPage(task, fileOf(device), page)) transfer(task, device);
}
/** Past it: O_DIRECT. */
export function readDirect(task: Task, device: string, size: number): void {
  for (let page = 0; page < size / PAGE; page++) transfer(task, device);
}
/** A page, as soon as the group may. */
function transfer(task: Task, device: string): void {
  const { scheduler } = task.cgroup.kernel;
  const at = task.cgroup.effective("io")?.begin(device, "r", PAGE, scheduler.now) ?? scheduler.now;
  scheduler.run(at - scheduler.now);
}
