/** What became of one test, for its author to learn from. */
import type { Clause } from "../../../src/course/index.ts";
import { explanation, OUTCOMES, outcomeOf } from "../disclosure.ts";
import { type Html, html, sentence } from "../page/markup.ts";
import { formatPoints, total } from "../points.ts";
import { excerpt } from "../printable.ts";
import type { TestResult } from "../result.ts";
import { comparison } from "./comparison.ts";

/** Tests that would read the same: with nothing to compare, one case is told from another by nothing. */
export function alike(tests: readonly TestResult[]): TestResult[][] {
  const groups = new Map<string, TestResult[]>();
  for (const test of tests) {
    const same = [test.name, test.clause, test.visibility, outcomeOf(test), explanation(test)];
    const key = JSON.stringify(test.detail ? test.id : same);
    groups.set(key, [...(groups.get(key) ?? []), test]);
  }
  return [...groups.values()];
}

/**
 * Tests that did not pass, one or several alike.
 * @param clause undefined when it was said above already
 */
export function troubled(tests: readonly TestResult[], clause: Clause | undefined): Html {
  const test = tests[0]!;
  const outcome = outcomeOf(test);
  const { mark, short } = OUTCOMES[outcome];
  // What differs says it better than "it did something else".
  const said = test.detail && test.reason === "" && test.status === "failed" ? "" : explanation(test);
  return html`<article class="test ${outcome}">
<header><span class="state">${mark} ${short}</span><h3>${sentence(test.name)}${tests.length > 1 && html` <span class="tag">× ${tests.length}</span>`}</h3>${worth(tests)}</header>
${said !== "" && html`<p>${excerpt(said, 1000)}</p>`}
<p class="clause"><b>${test.clause}</b><span>${clause ? sentence(clause.text) : "as above"}</span></p>
${test.detail && comparison(test.detail)}
</article>`;
}

function worth(tests: readonly TestResult[]): Html {
  if (tests[0]!.visibility === "public") return html`<span class="tag">check of the notebook</span>`;
  const points = total(tests.map((test) => test.points));
  const max = total(tests.map((test) => test.max));
  return html`<span class="tag num">${formatPoints(points)} of ${formatPoints(max)}</span>`;
}

/** Tests that passed, folded: they need no reading. */
export function passes(tests: readonly TestResult[], visibility: TestResult["visibility"]): Html {
  const { mark } = OUTCOMES.passed;
  const plural = tests.length === 1 ? "" : "s";
  const kind = visibility === "public" ? `check${plural} of the notebook` : `hidden test${plural}`;
  return html`<details><summary>${mark} ${tests.length} ${kind} passed</summary>
<ul class="passes">${tests.map(
    (test) =>
      html`<li><span class="good" aria-hidden="true">${mark}</span><span>${sentence(test.name)}</span>${
        test.visibility === "hidden" ? worth([test]) : html`<span></span>`
      }</li>`,
  )}</ul></details>`;
}
