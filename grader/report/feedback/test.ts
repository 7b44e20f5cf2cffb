/** What became of one test, for its author to learn from. */
import type { Clause } from "../../../src/course/index.ts";
import { explanation, OUTCOMES, outcomeOf } from "../disclosure.ts";
import { type Html, html, sentence } from "../page/markup.ts";
import { formatPoints } from "../points.ts";
import { excerpt } from "../printable.ts";
import type { TestResult } from "../result.ts";
import { comparison } from "./comparison.ts";

/**
 * A test that did not pass.
 * @param clause undefined when it was said above already
 */
export function troubled(test: TestResult, clause: Clause | undefined): Html {
  const outcome = outcomeOf(test);
  const { mark, short } = OUTCOMES[outcome];
  return html`<article class="test ${outcome}">
<header><span class="state">${mark} ${short}</span><h3>${sentence(test.name)}</h3>${worth(test)}</header>
<p>${excerpt(explanation(test), 1000)}</p>
<p class="clause"><b>${test.clause}</b><span>${clause ? sentence(clause.text) : "as above"}</span></p>
${test.detail && comparison(test.detail)}
</article>`;
}

function worth({ visibility, points, max }: TestResult): Html {
  return visibility === "public"
    ? html`<span class="tag">check of the notebook</span>`
    : html`<span class="tag num">${formatPoints(points)} of ${formatPoints(max)}</span>`;
}

/** Tests that passed, folded: they need no reading. */
export function passes(tests: readonly TestResult[], visibility: TestResult["visibility"]): Html {
  const { mark, short } = OUTCOMES.passed;
  const plural = tests.length === 1 ? "" : "s";
  const kind = visibility === "public" ? `check${plural} of the notebook` : `hidden test${plural}`;
  return html`<details><summary>${mark} ${tests.length} ${kind} passed</summary>
<ul class="passes">${tests.map(
    (test) =>
      html`<li><span class="good" aria-label="${short}">${mark}</span><span>${sentence(test.name)}</span>${
        test.visibility === "hidden" ? worth(test) : html`<span></span>`
      }</li>`,
  )}</ul></details>`;
}
