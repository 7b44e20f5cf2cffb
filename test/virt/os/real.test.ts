/** The model against a real kernel: every table as it was recorded, and, where there is one to ask, as it answers now. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { World } from "../../../src/virt/os/script.ts";
import { type RealKernel, realKernel } from "./real/kernel.ts";
import { fileLines, overlayLines } from "./real/random.ts";
import { needsControllers, needsGroups, tables } from "./real/table.ts";

let kernel: RealKernel | undefined;
beforeAll(() => {
  kernel = realKernel();
});
afterAll(() => kernel?.close());

const cases = tables();

describe("as a real kernel answered", () => {
  test.for(cases.map((one) => [`${one.file} ${one.name}`, one] as const))("%s", ([, { steps }]) => {
    const world = new World();
    expect(steps.map(({ line }) => `${line} => ${world.perform(line)}`)).toEqual(
      steps.map(({ line, answer }) => `${line} => ${answer}`),
    );
  });
});

test("and as the one below this test answers now", (context) => {
  if (!kernel) return context.skip("needs root, gcc and namespaces");
  for (const { file, name, steps } of cases) {
    if (needsControllers(file) || (needsGroups(file) && !kernel.groups)) continue;
    const answers = kernel.perform(steps.map(({ line }) => line));
    expect(answers, name).toEqual(steps.map(({ answer }) => answer));
  }
});

/** RINGLAB_OS_ROUNDS=1000 goes further; every round is a seed. */
const ROUNDS = Number(process.env.RINGLAB_OS_ROUNDS ?? 12);

test.for([
  ["files of several users", fileLines],
  ["a union and its layers", overlayLines],
] as const)("random operations on %s", { timeout: 20_000 + 500 * ROUNDS }, ([, make], context) => {
  if (!kernel) return context.skip("needs root, gcc and namespaces");
  for (let seed = 1; seed <= ROUNDS; seed++) {
    const lines = make(seed, 250);
    const answers = kernel.perform(lines);
    const world = new World();
    const at = lines.findIndex((line, i) => world.perform(line) !== answers[i]);
    expect(at, `seed ${seed}: ${lines[at]} => ${answers[at]}`).toBe(-1);
  }
});
