/** One step of the lab: its points, what went wrong, and what was right. */
import type { Clause, Part } from "../../../src/course/index.ts";
import { type Html, html } from "../page/markup.ts";
import { formatPoints, total } from "../points.ts";
import type { TestResult } from "../result.ts";
import { alike, passes, troubled } from "./test.ts";

export interface PartScore {
  part: Part;
  tests: readonly TestResult[];
  score: number;
  max: number;
}

export function partScores(parts: readonly Part[], tests: readonly TestResult[]): PartScore[] {
  return parts.map((part) => {
    const own = tests.filter((test) => test.part === part.id);
    const hidden = own.filter(({ visibility }) => visibility === "hidden");
    return {
      part,
      tests: own,
      score: total(hidden.map(({ points }) => points)),
      max: total(hidden.map(({ max }) => max)),
    };
  });
}

export function partSection({ part, tests, score, max }: PartScore, clauses: readonly Clause[]): Html {
  const passed = tests.filter(({ status }) => status === "passed");
  const said = new Set<string>();
  const articles = alike(tests.filter(({ status }) => status !== "passed")).map((group) => {
    const { clause: id } = group[0]!;
    const clause = said.has(id) ? undefined : clauses.find((each) => each.id === id);
    said.add(id);
    return troubled(group, clause);
  });
  const folded = (visibility: TestResult["visibility"]) => {
    const own = passed.filter((test) => test.visibility === visibility);
    return own.length > 0 && passes(own, visibility);
  };
  return html`<section class="part" id="${part.id}">
<header><h2>${part.title}</h2><p><b>${formatPoints(score)}</b> of ${formatPoints(max)}</p></header>
${articles}
${folded("public")}
${folded("hidden")}
</section>`;
}
