import { test } from "vitest";
import { compare } from "../../grader/report/similarity/compare.ts";
import { tokens } from "../../grader/report/similarity/tokens.ts";
import * as m from "../grader/report/similarity/material.ts";
test("sim", () => {
  const a = tokens(m.SOLUTION, 9999).map((t) => t.text), b = tokens(m.renamed(m.SOLUTION), 9999).map((t) => t.text), c = tokens(m.relaid(m.SOLUTION), 9999).map((t) => t.text);
  console.log(a.length, b.length, c.length, a.findIndex((x, i) => x !== b[i]), a.findIndex((x, i) => x !== c[i]));
  const S = m.SOLUTION;
  for (const template of [[], [m.STARTER]]) {
  const sim = compare([m.source("a", S), m.source("b", m.renamed(S))], { template, threshold: 0 });
  console.log(sim.pairs); }
});
