/** The workloads' descriptions and their models, without a machine. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { randomCycle, sysbenchPrimes } from "../../src/guests/models.ts";
import { deviceWorkloads, expectedOutput, sseWorkloads, workloads } from "../../src/guests/workloads.ts";

const all = [...workloads, ...deviceWorkloads, ...sseWorkloads];
const folder = new URL("../../src/guests/workloads/", import.meta.url);

test("every source is described and every description has a source", () => {
  const sources = readdirSync(folder).map((name) => name.replace(/\.asm$/, ""));
  expect(all.map(({ name }) => name).sort()).toEqual(sources.sort());
});

test.each(all)("$name: the parameters are those of the source, the defaults are allowed", (workload) => {
  const source = readFileSync(new URL(`${workload.name}.asm`, folder), "utf8");
  const included = source.includes('"spawn.asm"')
    ? readFileSync(new URL("../programs/spawn.asm", folder), "utf8")
    : "";
  const started =
    workload.name === "exec" ? readFileSync(new URL("../programs/answer.asm", folder), "utf8") : "";
  const labels = [...(source + included + started).matchAll(/^param_(\w+):/gm)].map(([, label]) => label);
  expect(labels.filter((label) => label !== "data_sector")).toEqual(Object.keys(workload.parameters));
  expect(expectedOutput(workload.name)).toMatch(
    /^ringlab guest\n(process .*\n)*\S+ \d+ ok checksum=[0-9a-f]{8}\n$/,
  );
  const defaults = Object.fromEntries(
    Object.entries(workload.parameters).map(([name, parameter]) => [name, parameter.default]),
  );
  expect(workload.operations(defaults)).toBeGreaterThan(0);
});

test("sysbench's loop finds the primes from 3 up", () => {
  // π(10000) = 1229, less the prime 2; π(2000) = 303.
  expect(sysbenchPrimes(10_000).primes).toBe(1228);
  expect(sysbenchPrimes(2_000).primes).toBe(302);
});

test("sysbench's loop divides by every number up to the least factor, or up to the root of a prime", () => {
  let divisions = 0;
  for (let c = 3; c < 10_000; c++) {
    const root = Math.floor(Math.sqrt(c));
    const factor = [...Array(root + 1).keys()].find((n) => n >= 2 && c % n === 0);
    divisions += (factor ?? root) - 1;
  }
  expect(sysbenchPrimes(10_000).divisions).toBe(divisions);
});

test("the pointer chaser's order is one cycle through all nodes", () => {
  const next = randomCycle(997, 42);
  const seen = new Set<number>();
  for (let node = 0; !seen.has(node); node = next[node]!) seen.add(node);
  expect(seen.size).toBe(997);
});

test("wrong names and values say what is allowed", () => {
  expect(() => expectedOutput("nul-call")).toThrow(/no workload "nul-call"; there are baseline, null-call,/);
  expect(() => expectedOutput("fork", { times: 3 })).toThrow(
    /fork has no parameter "times"; it has iterations/,
  );
  expect(() => expectedOutput("fork", { iterations: 0 })).toThrow(
    /iterations is 0; give a whole number from 1 to 100000000/,
  );
  expect(() => expectedOutput("fork", { iterations: 1.5 })).toThrow(/whole number/);
  expect(() => expectedOutput("fork", { iterations: Number.NaN })).toThrow(/whole number/);
  expect(() => expectedOutput("mmap", { kilobytes: 6 })).toThrow(/multiple of 4 from 4/);
});
