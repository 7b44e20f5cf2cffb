/** One copy of a page for all who read it; a copy-up has its own; the first to touch one is charged. */
import { beforeEach, expect, test } from "vitest";
import { open } from "../../../../src/virt/os/calls/files.ts";
import { PAGE_BYTES, PageCache } from "../../../../src/virt/os/fs/page-cache.ts";
import { READ, WRITE } from "../../../../src/virt/os/fs/permission.ts";
import { World } from "../../../../src/virt/os/script.ts";
import type { Task } from "../../../../src/virt/os/task.ts";

const PAGES = 3;
let world: World;
let charged: Map<Task, number>;
let cache: PageCache;
let [one, other]: Task[] = [];

/** Two unions of one lower layer, in mount namespaces of their own: /merged of each. */
beforeEach(() => {
  world = new World();
  const lines = ["mkdir /lower 755", "write /lower/file x", `truncate /lower/file ${PAGES * PAGE_BYTES}`];
  for (const name of ["one", "other"]) {
    lines.push(...["", "/upper", "/work", "/merged"].map((path) => `mkdir /${name}${path} 755`));
    const data = `lowerdir=/lower,upperdir=/${name}/upper,workdir=/${name}/work`;
    lines.push(`mount overlay /${name}/merged overlay none "${data}"`, `clone ${name} NEWNS`);
  }
  for (const line of lines) expect(world.perform(`init: ${line}`), line).toMatch(/^ok/);
  [one, other] = ["one", "other"].map((name) => world.task(name));
  charged = new Map();
  cache = new PageCache((task, pages) => charged.set(task, (charged.get(task) ?? 0) + pages));
});

const file = (task: Task | undefined, path: string, access = READ) => open(task!, path, { access }).inode;
const charges = () => [charged.get(one!) ?? 0, charged.get(other!) ?? 0];

test("who reads first is charged, who comes later reads the same pages", () => {
  cache.read(one!, file(one, "/one/merged/file"), 0, 2 * PAGE_BYTES);
  cache.read(other!, file(other, "/other/merged/file"), PAGE_BYTES + 5, 2 * PAGE_BYTES);
  expect(cache.size).toBe(PAGES);
  expect(charges()).toEqual([2, 1]);
  expect(cache.of(file(one, "/lower/file"))).toBe(PAGES);
});

test("a byte that is changed copies the file up: all pages of both, once the lower and once the upper ones", () => {
  cache.write(one!, file(one, "/one/merged/file", WRITE), 0, Uint8Array.of(7));
  expect(cache.size).toBe(2 * PAGES);
  cache.read(other!, file(other, "/other/merged/file"), 0, PAGES * PAGE_BYTES);
  expect(charges()).toEqual([2 * PAGES, 0]);
  cache.write(one!, file(one, "/one/merged/file", WRITE), 0, Uint8Array.of(8));
  expect(cache.size).toBe(2 * PAGES);
  expect(cache.read(one!, file(one, "/one/merged/file"), 0, 1)).toEqual(Uint8Array.of(8));
  expect(cache.read(other!, file(other, "/other/merged/file"), 0, 1)).not.toEqual(Uint8Array.of(8));
});

test("without a union a change touches the pages that it is in", () => {
  const init = world.task("init");
  cache.write(init, file(init, "/lower/file", WRITE), PAGE_BYTES - 1, Uint8Array.of(1, 2));
  expect(cache.size).toBe(2);
});

test("what lies behind the end of a file is no page of it", () => {
  expect(cache.read(one!, file(one, "/one/merged/file"), PAGES * PAGE_BYTES, 10)).toHaveLength(0);
  expect(cache.size).toBe(0);
});
