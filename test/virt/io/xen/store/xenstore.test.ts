import { expect, test } from "vitest";
import { QUOTA, XenStore } from "../../../../../src/virt/io/xen/store/xenstore.ts";

function store() {
  const due: (() => void)[] = [];
  const made = new XenStore((_, work) => due.push(work));
  made.write(0, "/local/domain/1/data", "");
  const owner = { domain: 1, read: false, write: false };
  made.setPermissions(0, "/local/domain/1/data", [owner, { domain: 2, read: true, write: false }]);
  const run = () => {
    for (const work of due.splice(0)) work();
  };
  return { store: made, run };
}

test("a domain writes where it owns, and is read by whom it lets", () => {
  const { store: xs } = store();
  expect(xs.write(1, "data/a/b", "7")).toEqual({ value: undefined });
  expect(xs.read(2, "/local/domain/1/data/a/b")).toEqual({ value: "7" });
  expect(xs.read(3, "/local/domain/1/data/a/b")).toEqual({ error: "EACCES" });
  expect(xs.write(2, "/local/domain/1/data/a/b", "8")).toEqual({ error: "EACCES" });
  expect(xs.write(1, "other", "8")).toEqual({ error: "EACCES" });
  expect(xs.directory(1, "data")).toEqual({ value: ["a"] });
  expect(xs.read(1, "data//a")).toEqual({ error: "EINVAL" });
  expect(xs.read(1, "data/none")).toEqual({ error: "ENOENT" });
  const [mine, all] = [
    { domain: 1, read: true, write: false },
    { domain: 2, read: true, write: true },
  ] as const;
  expect(xs.setPermissions(2, "/local/domain/1/data", [mine])).toEqual({ error: "EACCES" });
  expect(xs.setPermissions(1, "data", [all])).toEqual({ error: "EACCES" });
  expect(xs.setPermissions(1, "data/a", [mine])).toEqual({ value: undefined });
  expect(xs.remove(2, "/local/domain/1/data/a")).toEqual({ error: "EACCES" });
  expect(xs.remove(1, "data/a")).toEqual({ value: undefined });
  expect(xs.read(1, "data/a/b")).toEqual({ error: "ENOENT" });
});

test("a watch fires at once, then for what is below, and for nobody who may not know", () => {
  const { store: xs, run } = store();
  const fired: string[] = [];
  for (const domain of [1, 2, 3])
    xs.watch(domain, "/local/domain/1/data", "t", (path) => fired.push(`${domain} ${path.slice(20)}`));
  run();
  expect(fired.splice(0)).toEqual(["1 ", "2 ", "3 "]);
  xs.write(1, "data/a", "1");
  run();
  expect(fired.splice(0)).toEqual(["1 /a", "2 /a"]);
  xs.unwatch(1, "data", "t");
  xs.remove(0, "/local/domain/1");
  run();
  expect(fired.splice(0)).toEqual(["2 "]);
});

test("a transaction is all or nothing", () => {
  const { store: xs } = store();
  xs.write(1, "data/n", "0");
  const begin = () => (xs.start(1) as { value: number }).value;
  const [first, second] = [begin(), begin()];
  for (const one of [first, second]) {
    expect(xs.read(1, "data/n", one)).toEqual({ value: "0" });
    xs.write(1, "data/n", String(one), one);
    xs.write(1, `data/by${one}`, "", one);
  }
  expect(xs.read(1, "data/n")).toEqual({ value: "0" });
  expect(xs.end(1, first, true)).toEqual({ value: undefined });
  expect(xs.end(1, second, true)).toEqual({ error: "EAGAIN" });
  expect(xs.directory(1, "data")).toEqual({ value: [`by${first}`, "n"] });
  expect(xs.end(2, begin(), true)).toEqual({ error: "ENOENT" });
});

test("a domain has no more than its quota", () => {
  const { store: xs } = store();
  expect(xs.write(1, "data/big", "x".repeat(QUOTA.bytes + 1))).toEqual({ error: "ENOSPC" });
  for (let n = 1; n < QUOTA.nodes; n++) xs.write(1, `data/n${n}`, "");
  expect(xs.write(1, "data/more", "")).toEqual({ error: "ENOSPC" });
  for (let n = 0; n < QUOTA.transactions; n++) xs.start(1);
  expect(xs.start(1)).toEqual({ error: "EBUSY" });
});
