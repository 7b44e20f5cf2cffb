import { expect, test } from "vitest";
import { loadScenarios } from "../../../src/compare/scenario/load.ts";
import { scaled } from "../../../src/compare/scenario/scale.ts";

test("a tenth has a tenth of the time and of the files, and the same work for a processor", async () => {
  const whole = await loadScenarios("homework");
  const small = scaled(whole, 0.1);
  expect(small.map(({ seconds }) => seconds)).toEqual([3, 3, 3]);
  expect(small[0]?.about).toContain("not to be published");
  expect(small[0]?.resources).toEqual(whole[0]?.resources);
  expect(small[0]?.cases[0]).toEqual(whole[0]?.cases[0]);
  expect(small[0]?.cases[2]?.workload).toMatchObject({ totalSize: 205, files: 128 });
  expect(scaled(whole, 1)).toEqual(whole);
});

test("nothing becomes none: a second, a start, a block for each file", async () => {
  const [homework, startup] = await Promise.all(
    ["homework", "startup"].map(async (name) => scaled(await loadScenarios(name), 0.0001)),
  );
  expect(homework?.[0]?.seconds).toBe(1);
  expect(homework?.[0]?.cases[2]?.workload).toMatchObject({ totalSize: 16, files: 128 });
  expect(startup?.[0]?.cases[0]?.workload).toMatchObject({ kind: "startup", starts: 1 });
});
