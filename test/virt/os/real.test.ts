/** The model against a real kernel: every table as it was recorded, and, where there is one to ask, as it answers now. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { World } from "../../../src/virt/os/script.ts";
import { type RealKernel, realKernel } from "./real/kernel.ts";
import { tables } from "./real/table.ts";

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
  for (const { name, steps } of cases) {
    const answers = kernel.perform(steps.map(({ line }) => line));
    expect(answers, name).toEqual(steps.map(({ answer }) => answer));
  }
});
