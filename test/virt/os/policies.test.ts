/** Policies from outside are wrong until proven otherwise: whatever they answer, the kernel refuses or goes on. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { expect, test } from "vitest";
import type { Policies } from "../../../src/virt/os/policies.ts";
import { World } from "../../../src/virt/os/script.ts";
import { tables } from "./real/table.ts";

function anything(seed: number): Policies {
  const generator = xoroshiro128plus(seed);
  const below = (count: number) => uniformInt(generator, 0, count - 1);
  const some = (count: number) => Array.from({ length: below(count) }, () => below(5) - 1);
  return {
    lookup: { pidIn: () => below(5), translate: () => (below(3) ? below(3) : null) },
    charging: {
      charge: ({ virtualTime }, ran) => ({
        virtualTime: virtualTime + below(3) * ran,
        left: below(9000) - 2000,
      }),
      refill: () => below(30_000) - 3000,
    },
    union: {
      resolve: (found) => (below(2) ? some(4) : found.flatMap((one, at) => (one && below(4) ? [at] : []))),
      list: (layers) => layers.flat().flatMap(({ name }) => (below(4) ? [name] : ["x"])),
      change: () => ({
        copy: some(5),
        leave: (["nothing", "whiteout", "opaque"] as const)[below(3)]!,
      }),
    },
  };
}

const cases = tables().filter(({ file }) =>
  ["overlay.txt", "users.txt", "attack.txt", "namespaces.txt", "cgroup-cpu.txt"].includes(file),
);

test.for([1, 2, 3])("round %i", (round) => {
  for (const [at, { name, steps }] of cases.entries()) {
    const world = new World(anything(100 * round + at));
    for (const { line } of steps) expect(world.perform(line), name).toMatch(/^(ok|dead|E[A-Z]+)/);
  }
});
