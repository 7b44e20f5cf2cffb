/** How a cgroup namespace names what is in it, above it and beside it: cgroup_namespaces(7), "/proc/PID/cgroup". */
import { expect, test } from "vitest";
import { unshare } from "../../../../src/virt/os/calls/namespaces.ts";
import { Cgroup } from "../../../../src/virt/os/cgroup/cgroup.ts";
import { boot } from "../../../../src/virt/os/kernel.ts";

test("the maker's cgroup is the root of the view", () => {
  const init = boot();
  const top = init.cgroup;
  const [a, b] = ["a", "b"].map((name) => new Cgroup(name, top));
  const below = new Cgroup("c", a!);
  const initial = init.namespaces.cgroup;
  expect([top, a!, below].map((one) => initial.pathOf(one))).toEqual(["/", "/a", "/a/c"]);
  init.cgroup = a!;
  unshare(init, ["cgroup"]);
  const { cgroup } = init.namespaces;
  expect([top, a!, b!, below].map((one) => cgroup.pathOf(one))).toEqual(["/..", "/", "/../b", "/c"]);
});
