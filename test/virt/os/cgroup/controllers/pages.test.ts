import { expect, test } from "vitest";
import { Memory } from "../../../../../src/virt/os/cgroup/controllers/memory.ts";
import { type Owner, Pages } from "../../../../../src/virt/os/cgroup/controllers/pages.ts";

function setting(...limits: number[]) {
  const pages = new Pages();
  const top = new Memory(undefined);
  const groups = limits.map((max) => Object.assign(new Memory(top), { max }));
  for (const group of [top, ...groups]) pages.watch(group);
  const ended: Owner[] = [];
  const owner = (memory: Memory): Owner => ({
    memory,
    kill() {
      ended.push(this);
    },
  });
  return { pages, top, groups, ended, owner };
}
const ENDLESS = Number.POSITIVE_INFINITY;

test("containers of one image pay for its pages once", () => {
  const { pages, top, groups, owner } = setting(ENDLESS, ENDLESS, ENDLESS);
  const library = {};
  expect(groups.map((group) => pages.read(owner(group), library, 0, 500))).toEqual([500, 0, 0]);
  expect(groups.map(({ current }) => current)).toEqual([500, 0, 0]);
  expect(top.current).toBe(500);
});

test("what was read again stays longer", () => {
  const { pages, groups, owner } = setting(100);
  const one = owner(groups[0]!);
  const [often, once] = [{}, {}];
  pages.read(one, often, 0, 50);
  pages.read(one, often, 0, 50);
  pages.read(one, once, 0, 100);
  expect([pages.cached(often), pages.cached(once)]).toEqual([50, 50]);
  expect(pages.read(one, often, 0, 50)).toBe(0);
});

test("processes have no place to go: the largest of the group that is full is ended, and only there", () => {
  const { pages, top, groups, ended, owner } = setting(100, ENDLESS);
  const [small, large, other] = [owner(groups[0]!), owner(groups[0]!), owner(groups[1]!)];
  expect(pages.touch(other, 500)).toBe(true);
  expect(pages.touch(large, 80)).toBe(true);
  expect(pages.touch(small, 30)).toBe(true);
  expect(ended).toEqual([large]);
  expect([top.current, groups[0]!.current]).toEqual([530, 30]);
  expect(pages.touch(small, 100)).toBe(false);
  expect(groups[0]!.current).toBe(0);
  expect(groups[0]!.events.get("oom_kill")).toBe(2);
});

test("a full machine is the limit of its topmost group", () => {
  const { pages, top, groups, ended, owner } = setting(ENDLESS, ENDLESS);
  top.max = 1000;
  pages.read(owner(groups[0]!), {}, 0, 700);
  expect(pages.touch(owner(groups[1]!), 900)).toBe(true);
  expect(groups[0]!.current).toBe(100);
  expect(ended).toEqual([]);
});

test("a promise is kept as long as there is somebody else, a minimum always", () => {
  const { pages, top, groups, ended, owner } = setting(ENDLESS, ENDLESS, ENDLESS);
  const [low, min, none] = groups as [Memory, Memory, Memory];
  low.low = min.min = 200;
  top.max = 600;
  for (const group of groups) pages.read(owner(group), {}, 0, 200);
  const fourth = owner(top);
  pages.touch(fourth, 200);
  expect([low.current, min.current, none.current]).toEqual([200, 200, 0]);
  pages.touch(fourth, 200);
  expect([low.current, min.current]).toEqual([0, 200]);
  expect(low.events.get("low")).toBe(200);
  expect(ended).toEqual([]);
  expect(pages.touch(fourth, 1)).toBe(false);
  expect(ended).toEqual([fourth]);
});
