/** The top of the page: how much, of what, and where the rest went. */
import type { Clause } from "../../../src/course/index.ts";
import { OUTCOME_ORDER, OUTCOMES, outcomeOf } from "../disclosure.ts";
import type { Entry, Grade, Gradebook } from "../gradebook.ts";
import { type Html, html, sentence } from "../page/markup.ts";
import { formatPoints, total } from "../points.ts";
import type { Graded, TestResult } from "../result.ts";
import { fullName } from "../roster.ts";
import type { PartScore } from "./part.ts";

export function head(
  { lab, settings }: Gradebook,
  { id, students, grade, graded }: Entry,
  parts: readonly PartScore[],
): Html {
  const names = students.map(fullName).join(", ");
  const course = settings.course === "" ? "" : `${settings.course} · `;
  return html`<header>
<p class="eyebrow">${course}Lab ${lab.id.slice(0, 2)} · feedback</p>
<h1>${lab.title}</h1>
<p class="who">${names === "" || names === id ? id : `${names} · ${id}`}</p>
<p class="score">${formatPoints(grade.score)} <small>of ${formatPoints(grade.max)} points</small></p>
${graded && graded.refused === undefined && html`${bar(parts)}<p>${verdict(graded.tests)}</p>`}
${sum(grade)}
</header>`;
}

/** One piece for each part, as long as its points, filled as far as they were earned. */
function bar(parts: readonly PartScore[]): Html {
  const label = parts
    .map(({ part, score, max }) => `${part.title}: ${formatPoints(score)} of ${formatPoints(max)}`)
    .join("; ");
  const pieces = parts
    .filter(({ max }) => max > 0)
    .map(({ part, score, max }) => {
      const title = `${part.title}: ${formatPoints(score)} of ${formatPoints(max)}`;
      return html`<span title="${title}" style="flex:${max}"><span style="width:${formatPoints((100 * score) / max)}%"></span></span>`;
    });
  return html`<div class="bar" role="img" aria-label="${label}">${pieces}</div>`;
}

/** "19 of 24 hidden tests passed; 3 failed, 1 out of time." */
function verdict(tests: readonly TestResult[]): string {
  const hidden = tests.filter(({ visibility }) => visibility === "hidden");
  const counts = OUTCOME_ORDER.map((outcome) => ({
    outcome,
    count: hidden.filter((test) => outcomeOf(test) === outcome).length,
  })).filter(({ count }) => count > 0);
  const passed = counts.find(({ outcome }) => outcome === "passed")?.count ?? 0;
  const rest = counts.filter(({ outcome }) => outcome !== "passed");
  const all = `${passed === hidden.length ? "All" : `${passed} of`} ${hidden.length} hidden tests passed`;
  return `${all}${rest.length > 0 ? `; ${rest.map(({ outcome, count }) => `${count} ${OUTCOMES[outcome].short}`).join(", ")}` : ""}.`;
}

/** How the score came about, where it is more than the tests' points. */
function sum({ automatic, manual, penalty, score, max, lateness }: Grade): Html | false {
  if (!manual && !lateness?.days) return false;
  const row = (label: string, value: string, of: string) =>
    html`<tr><th scope="row">${label}</th><td class="num">${value}</td><td class="num muted">${of}</td></tr>`;
  const open = manual && manual.open > 0 ? " (not all of them are graded yet)" : "";
  return html`<table class="sum"><caption class="unseen">How the score came about</caption><tbody>
${row("Hidden tests", formatPoints(automatic.score), `of ${formatPoints(automatic.max)}`)}
${manual && row(`Reflection questions${open}`, formatPoints(manual.score), `of ${formatPoints(manual.max)}`)}
${lateness && lateness.days > 0 && row(`Handed in late (${lateness.days} ${lateness.days === 1 ? "day" : "days"} begun)`, `−${formatPoints(penalty)}`, "")}
</tbody><tfoot>${row("Score", formatPoints(score), `of ${formatPoints(max)}`)}</tfoot></table>`;
}

/** The clauses that cost most, so that a reader begins where it pays. */
export function firstSteps({ tests }: Graded, clauses: readonly Clause[]): Html | false {
  const lost = clauses
    .map((clause) => {
      const broken = tests.filter(
        ({ clause: id, visibility, points, max }) =>
          id === clause.id && visibility === "hidden" && points < max,
      );
      return { clause, count: broken.length, points: total(broken.map(({ points, max }) => max - points)) };
    })
    .filter(({ points }) => points > 0)
    .sort((one, other) => other.points - one.points)
    .slice(0, 3);
  if (lost.length === 0) return false;
  return html`<section><h2>Where most points were lost</h2>
<ol class="first-steps">${lost.map(
    ({ clause, count, points }) =>
      html`<li><p><b>${clause.id}</b> <span class="muted">${count} ${count === 1 ? "test" : "tests"}</span></p><span class="num">−${formatPoints(points)}</span><p>${sentence(clause.text)}</p></li>`,
  )}</ol></section>`;
}
