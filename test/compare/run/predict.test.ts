import { expect, test } from "vitest";
import { Cancelled } from "../../../src/compare/errors.ts";
import { predict } from "../../../src/compare/run/predict.ts";
import { goodRun } from "../synthetic.ts";

const { scenarios } = goodRun().facts;
const { signal } = new AbortController();

/** In place of the simulator, which is slow here and tested where it is: places are as fast as their names are long. */
const rateOf = (place: string, limit: number) => (place.length * 1e6) / limit;

test("predicts every target that the simulator has a place for, against the host", async () => {
  const targets = ["docker", "podman", "qemu-tcg", "another"];
  const prediction = await predict(targets, scenarios, signal, rateOf);
  expect(prediction).toMatchObject({ format: "ringlab-prediction-1", base: "host" });
  expect(prediction!.about).toContain("processor zen5");
  // native, docker, qemu
  expect(prediction!.ratios).toEqual([
    { target: "docker", ratio: 1 },
    { target: "podman", ratio: 1 },
    { target: "qemu-tcg", ratio: 0.666667 },
  ]);
  expect(prediction!.rates).toContainEqual({ target: "host", maxPrime: 1000, perSecond: 6000 });
  expect(prediction!.rates).toContainEqual({ target: "qemu-tcg", maxPrime: 5000, perSecond: 800 });
  expect(prediction!.rates).toHaveLength(2 * 4);
});

test.each([
  ["no work for the processor", ["host", "docker"], scenarios.slice(1)],
  ["the host alone", ["host"], scenarios],
  ["targets that it doesn't know", ["another"], scenarios],
])("nothing is predicted of %s", async (_what, targets, of) =>
  expect(await predict(targets, of, signal, rateOf)).toBeUndefined(),
);

test("it can be cancelled", () =>
  expect(predict(["docker"], scenarios, AbortSignal.abort(), rateOf)).rejects.toThrow(Cancelled));
