/** The model against a real kernel: every table as it was recorded, and, where there is one to ask, as it answers now. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { POLICIES } from "../../../src/virt/os/policies.ts";
import { World } from "../../../src/virt/os/script.ts";
import { type RealKernel, realKernel } from "./real/kernel.ts";
import { fileLines, layerLines, mountLines, overlayLines } from "./real/random.ts";
import { groupLines } from "./real/random-groups.ts";
import { execLines, seccompLines } from "./real/random-programs.ts";
import { netLines, spacesLines } from "./real/random-spaces.ts";
import { isDelegated, needsControllers, needsGroups, tables } from "./real/table.ts";

let kernel: RealKernel | undefined;
beforeAll(() => {
  kernel = realKernel();
});
afterAll(() => kernel?.close());

const cases = tables();

describe("as a real kernel answered", () => {
  test.for(cases.map((one) => [`${one.file} ${one.name}`, one] as const))("%s", ([, { file, steps }]) => {
    const world = new World(POLICIES, isDelegated(file));
    expect(steps.map(({ line }) => `${line} => ${world.perform(line)}`)).toEqual(
      steps.map(({ line, answer }) => `${line} => ${answer}`),
    );
  });
});

test("and as the one below this test answers now", (context) => {
  if (!kernel) return context.skip("needs root, gcc and namespaces");
  const { groups } = kernel;
  for (const { file, name, steps } of cases) {
    if (needsControllers(file) || (needsGroups(file) && groups !== "plain")) continue;
    const answers = kernel.perform(steps.map(({ line }) => line));
    expect(answers, name).toEqual(steps.map(({ answer }) => answer));
  }
});

/** RINGLAB_OS_ROUNDS=1000 goes further; every round is a seed. */
const ROUNDS = Number(process.env.RINGLAB_OS_ROUNDS ?? 4);

test.for([
  ["files of several users", fileLines],
  ["a union and its layers", overlayLines],
  ["mounts of several namespaces", mountLines],
  ["layers of unions", layerLines, 40],
  ["namespaces of all kinds", spacesLines],
  ["devices of networks", netLines],
  ["control groups and their namespaces", groupLines],
  ["programs and their powers", execLines],
  // Every process that a filter ends is waited for below.
  ["filters of system calls", seccompLines, 60],
] as const)(
  "random operations on %s",
  { timeout: 20_000 + 500 * ROUNDS },
  ([, make, count = 250], context) => {
    const groups = make === groupLines ? kernel?.groups : "plain";
    if (!kernel || groups === "none")
      return context.skip("needs root, gcc, namespaces and perhaps control groups");
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const lines = make(seed, count);
      const answers = kernel.perform(lines);
      const world = new World(POLICIES, groups === "delegated");
      const at = lines.findIndex((line, i) => world.perform(line) !== answers[i]);
      expect(at, `seed ${seed}: ${lines[at]} => ${answers[at]}`).toBe(-1);
    }
  },
);
