import { expect, test } from "vitest";
import { loadScenarios, parseScenarios, shipped } from "../../../src/compare/scenario/load.ts";

const FILE = `{ scenarios: [ { name: "one", about: "a test", resources: { processors: 1, memory: 256 },
  seconds: 3, pageCache: "warm", cases: [ { name: "a", workload: { kind: "cpu", maxPrime: 100, threads: 1 } } ] } ] }`;

test("those that come with Ringlab are valid", async () => {
  expect(await shipped()).toEqual(["homework", "matrix", "quick", "short", "startup"]);
  const [homework, matrix] = await Promise.all(["homework", "matrix"].map(loadScenarios));
  expect(homework?.map(({ name }) => name)).toEqual(["small", "two-processors", "more-memory"]);
  expect(matrix).toHaveLength(8);
  for (const { seconds, cases } of [...(homework ?? []), ...(matrix ?? [])]) {
    expect(seconds).toBeGreaterThanOrEqual(30);
    for (const kind of ["cpu", "fileio"])
      expect(cases.filter(({ workload }) => workload.kind === kind).length).toBeGreaterThanOrEqual(2);
  }
});

test.each([
  ["{ scenarios: [", /^f is not JSON5: invalid end of input at 1:15$/],
  [FILE.replace("warm", "cold"), /at scenarios\[0\]\.pageCache/],
  [FILE.replace("seconds: 3", "seconds: 0"), /at scenarios\[0\]\.seconds/],
  [FILE.replace('"a"', '"../a"'), /letters, digits(?:.|\n)*at scenarios\[0\]\.cases\[0\]\.name/],
  [
    FILE.replace("threads: 1", "threads: 1, thread: 2"),
    /"thread"(?:.|\n)*at scenarios\[0\]\.cases\[0\]\.workload/,
  ],
  [FILE.replace('"cpu"', '"gpu"'), /at scenarios\[0\]\.cases\[0\]\.workload\.kind/],
  [FILE.replace("] } ] }", "] }, { name: 'one' } ] }"), /at scenarios\[1\]/],
])("wrong: %s", (text, message) => {
  expect(() => parseScenarios(text, "f")).toThrow(message);
});

test("a file that isn't there", async () => {
  await expect(loadScenarios("nowhere.json5")).rejects.toThrow(
    /there is no scenario file nowhere.json5.*quick/,
  );
});
