import { expect, test } from "vitest";
import { Cancelled } from "../../../src/compare/errors.ts";
import { predict } from "../../../src/compare/run/predict.ts";
import { goodRun } from "../synthetic.ts";

const { scenarios } = goodRun().facts;
const { signal } = new AbortController();

test("predicts every target that the simulator has a place for, against the host, by simulating", async () => {
  const prediction = await predict(["docker", "podman", "qemu-tcg", "another"], scenarios, signal, [1000]);
  expect(prediction?.ratios.map(({ target }) => target)).toEqual(["docker", "podman", "qemu-tcg"]);
  const [docker, podman, qemu] = prediction!.ratios.map(({ ratio }) => ratio);
  expect(docker).toBe(podman);
  expect(docker).toBeCloseTo(1, 2);
  expect(1 / qemu!).toBeGreaterThan(5);
  expect(1 / qemu!).toBeLessThan(8);
  expect(prediction!.about).toContain("--cpu-max-prime=1000");
  expect(prediction!.rates!.map(({ target }) => target)).toEqual(["host", "docker", "podman", "qemu-tcg"]);
});

test.each([
  ["no work for the processor", ["host", "docker"], scenarios.slice(1)],
  ["the host alone", ["host"], scenarios],
  ["targets that it doesn't know", ["another"], scenarios],
])("nothing is predicted of %s", async (_what, targets, of) =>
  expect(await predict(targets, of, signal, [1000])).toBeUndefined(),
);

test("it can be cancelled", () =>
  expect(predict(["docker"], scenarios, AbortSignal.abort(), [1000])).rejects.toThrow(Cancelled));
