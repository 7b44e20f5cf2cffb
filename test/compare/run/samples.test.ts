import { expect, test } from "vitest";
import { samplesOf, tickOf } from "../../../src/compare/run/samples.ts";

const tick = (line: string) => tickOf(line.split(" "));

test("shares are of the time between two lines, never since boot", () => {
  const samples = samplesOf([
    tick("100.000000 cpu  900000 0 0 100000 0 0 0 0 0 0"),
    tick("101.000000 cpu  900150 0 30 100010 4 3 3 0 0 0"),
    tick("102.000000 cpu  900150 0 30 100110 4 3 3 100 0 0"),
  ]);
  expect(samples).toEqual([
    { at: 1, user: 75, system: 18, iowait: 2, steal: 0 },
    { at: 2, user: 0, system: 0, iowait: 0, steal: 50 },
  ]);
});

test("one line is no sample, and two of the same moment are none", () => {
  expect(samplesOf([tick("100.0 cpu 1 2 3 4 5 6 7 8")])).toEqual([]);
  expect(samplesOf([tick("100.0 cpu 1 2 3 4 5 6 7 8"), tick("100.01 cpu 2 2 3 4 5 6 7 8")])).toEqual([]);
});
