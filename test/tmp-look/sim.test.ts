import { test } from "vitest";
import { compare } from "../../grader/report/similarity/compare.ts";
import * as m from "../grader/report/similarity/material.ts";
test("sim", () => {
  const S = m.SOLUTION;
  const sources = [m.source("a-solution", S), m.source("renamed", m.renamed(S)), m.source("reordered", m.reordered(S)), m.source("relaid", m.relaid(S)), m.source("all", m.relaid(m.reordered(m.renamed(S)))), ...m.INDEPENDENT];
  const sim = compare(sources, { template: [m.STARTER], threshold: 0 });
  for (const p of sim.pairs) console.log(p.left, p.right, p.ofLeft.toFixed(2), p.ofRight.toFixed(2));
  const t = performance.now();
  const two = m.mutants("02-modes-and-rings"); const one = m.mutants(m.FIRST);
  const many = Array.from({length: 300}, (_, i) => { const base = i % 3 == 0 ? one[i % one.length]! : two[i % two.length]!; return { id: `s${i}`, files: new Map([["c.ts", i % 2 ? m.renamed([...base.files.values()][0]!) : [...base.files.values()][0]!]]) }; });
  const sim2 = compare(many);
  console.log("300", performance.now() - t, sim2.pairs.length, sim2.clusters.map(c => c.length));
  const t2 = performance.now(); sim2.pairs.slice(0, 60).forEach((p) => sim2.fragments(p)); console.log("frag", performance.now() - t2);
  // hostile
  const bomb = "a(b);".repeat(80_000); const t3 = performance.now();
  const sim3 = compare(Array.from({length: 20}, (_, i) => m.source(`b${i}`, bomb + i)));
  console.log("bomb", performance.now() - t3, sim3.pairs.length, sim3.small.length, sim3.cut.length);
  const long = Array.from({length: 40_000}, (_, i) => `if (a${i}) { ${"f(".repeat(i % 7)}x${")".repeat(i % 7)} } else b[${i % 3 ? "1" : "c.d"}]${i%5 ? "++" : "--"}`).join("\n"); const t4 = performance.now();
  const sim4 = compare(Array.from({length: 20}, (_, i) => m.source(`b${i}`, long)));
  console.log("long", performance.now() - t4, sim4.pairs.length, sim4.small.length, sim4.cut.length);
  const t5 = performance.now(); const f = sim4.pairs.slice(0, 5).map((p) => sim4.fragments(p)); console.log("frag", performance.now() - t5, f.map((x) => x.length));
});
