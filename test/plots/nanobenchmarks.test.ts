import { expect, test } from "vitest";
import { lmbench, nanobenchmarks } from "../../src/plots/index.ts";
import { rounded } from "./snapshot.ts";

const costs: [string, string, number][] = [
  ["native", "in", 3201],
  ["vmware", "in", 214],
  ["vmware-vtx", "in", 15_826],
  ["native", "ptemod", 0.4],
  ["vmware", "ptemod", 391],
  ["vmware-vtx", "ptemod", 12_733],
];

test("looks as it did", async () => {
  const rows = costs.map(([system, benchmark, cycles]) => ({ system, benchmark, cycles }));
  const { svg, alt } = nanobenchmarks(rows);
  await expect(rounded(svg)).toMatchFileSnapshot("snapshots/nanobenchmarks.svg");
  expect(alt).toContain("in is dearest on vmware-vtx (15826 cycles). ptemod is dearest on vmware-vtx");
});

test("a latency that came out as nothing is not drawn", () => {
  const rows = costs.map(([system, operation, cycles]) => ({
    system,
    operation,
    microseconds: cycles - 0.4,
  }));
  const { svg, alt } = lmbench(rows);
  expect(svg).toMatch(/^<svg /);
  expect(alt).toContain("in is slowest on vmware-vtx (1.58e+4 µs, 4.9 times native). ptemod is slowest on");
});
