/** One copy of a page for all who read it; a copy-up has its own; the group of the first to touch one is charged. */
import { beforeEach, expect, test } from "vitest";
import { open } from "../../../../src/virt/os/calls/files.ts";
import { cachedPages, filePages, readFile, writeFile } from "../../../../src/virt/os/calls/memory.ts";
import { READ, WRITE } from "../../../../src/virt/os/fs/permission.ts";
import { World } from "../../../../src/virt/os/script.ts";
import type { Task } from "../../../../src/virt/os/task.ts";

const PAGES = 3;
const PAGE = 4096;
let world: World;
let init: Task;
let [one, other]: Task[] = [];

/** Two unions of one lower layer, in mount namespaces and control groups of their own: /merged of each. */
beforeEach(() => {
  world = new World();
  init = world.task("init");
  const lines = ["mkdir /lower 755", "write /lower/file x", `truncate /lower/file ${PAGES * PAGE}`];
  lines.push(
    "mkdir /c 755",
    "mount cgroup2 /c cgroup2 none -",
    "mkdir /c/i 755",
    "write /c/i/cgroup.procs 0",
  );
  lines.push("write /c/cgroup.subtree_control +memory");
  for (const [at, name] of ["one", "other"].entries()) {
    lines.push(...["", "/upper", "/work", "/merged"].map((path) => `mkdir /${name}${path} 755`));
    const data = `lowerdir=/lower,upperdir=/${name}/upper,workdir=/${name}/work`;
    lines.push(`mount overlay /${name}/merged overlay none "${data}"`, `clone ${name} NEWNS`);
    lines.push(`mkdir /c/${name} 755`, `write /c/${name}/cgroup.procs ${at + 2}`);
  }
  for (const line of lines) expect(world.perform(`init: ${line}`), line).toMatch(/^ok/);
  [one, other] = ["one", "other"].map((name) => world.task(name));
});

const file = (task: Task | undefined, path: string, access = READ) => open(task!, path, { access }).inode;
const charges = () => [one, other].map((task) => task!.cgroup.effective("memory")!.current);

test("who reads first is charged, who comes later reads the same pages", () => {
  readFile(one!, file(one, "/one/merged/file"), 0, 2 * PAGE);
  readFile(other!, file(other, "/other/merged/file"), PAGE + 5, 2 * PAGE);
  expect(filePages(init)).toBe(PAGES);
  expect(charges()).toEqual([2, 1]);
  expect(cachedPages(one!, file(one, "/lower/file"))).toBe(PAGES);
});

test("a byte that is changed copies the file up: all pages of both, once the lower and once the upper ones", () => {
  writeFile(one!, file(one, "/one/merged/file", WRITE), 0, Uint8Array.of(7));
  expect(filePages(init)).toBe(2 * PAGES);
  readFile(other!, file(other, "/other/merged/file"), 0, PAGES * PAGE);
  expect(charges()).toEqual([2 * PAGES, 0]);
  writeFile(one!, file(one, "/one/merged/file", WRITE), 0, Uint8Array.of(8));
  expect(filePages(init)).toBe(2 * PAGES);
  expect(readFile(one!, file(one, "/one/merged/file"), 0, 1)).toEqual(Uint8Array.of(8));
  expect(readFile(other!, file(other, "/other/merged/file"), 0, 1)).not.toEqual(Uint8Array.of(8));
});

test("without a union a change touches the pages that it is in", () => {
  writeFile(init, file(init, "/lower/file", WRITE), PAGE - 1, Uint8Array.of(1, 2));
  expect(filePages(init)).toBe(2);
});

test("what lies behind the end of a file is no page of it", () => {
  expect(readFile(one!, file(one, "/one/merged/file"), PAGES * PAGE, 10)).toHaveLength(0);
  expect(filePages(init)).toBe(0);
});
