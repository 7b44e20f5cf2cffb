import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { chooseSandbox } from "../../../grader/sandbox/choose.ts";
import type { Sandbox } from "../../../grader/sandbox/contract.ts";
import { isSound, row, summary } from "../../../grader/verify/table.ts";
import { verifyLab } from "../../../grader/verify/verify.ts";
import { labIds, TEMPLATE } from "../../../src/course/build/lab-folder.ts";
import { lacks } from "../../support/needs.ts";
import { WIDE } from "../../support/wide.ts";

const LABS = join(import.meta.dirname, "../../../labs");

describe.skipIf(lacks("bwrap", import.meta.url))("in the sandbox", () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await chooseSandbox("bubblewrap");
  });

  // Side by side: mutants that hang sleep most of the time. More seeds, and mutants through all tests: ringlab labs verify.
  test.concurrent.each(labIds(LABS).filter((_, n) => WIDE || n === 0))(
    "%s grades as it should",
    { timeout: 300_000 },
    async (id) => {
      const found = await verifyLab(id, { labs: LABS, seeds: [20_260], sandbox, quick: true });
      expect(found.components.flatMap((one) => (one.problems.length > 0 ? [row(one)] : []))).toEqual([]);
      expect(isSound(found)).toBe(true);
      expect(found.components[0]).toMatchObject({ name: "solution", scores: [found.max] });
      expect(found.components[1]).toMatchObject({ name: "starter", scores: [0] });
    },
  );

  test.concurrent("so does the template, and every hidden test of it has a mutant", {
    timeout: 120_000,
  }, async () => {
    const found = await verifyLab(TEMPLATE, { labs: LABS, seeds: [1, 2], sandbox });
    expect(summary(found)).toBe("  6 points, 7 hidden tests, 7 mutants: all as it should be");
    const mutants = found.components.slice(2);
    for (const { name, scores } of mutants) expect(scores[0], name).toBeLessThan(found.max);
  });
});
