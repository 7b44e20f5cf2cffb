/** The list of all students with their points and what happened. */
import { OUTCOME_ORDER, OUTCOMES, outcomeOf } from "../disclosure.ts";
import { partScores } from "../feedback/part.ts";
import type { Entry, Gradebook } from "../gradebook.ts";
import { type Html, html } from "../page/markup.ts";
import { feedbackPath } from "../page/paths.ts";
import { formatPoints } from "../points.ts";
import { fullName } from "../roster.ts";

export function nameOf({ id, students }: Entry): string {
  return students.length === 0 ? id : students.map(fullName).join(", ");
}

export function studentTable({ lab, entries, marks }: Gradebook): Html {
  const heads = lab.parts.map(
    ({ id, points }) =>
      html`<th scope="col" class="num">${id} <span class="muted">/${formatPoints(points)}</span></th>`,
  );
  return html`<div class="scroll"><table class="students">
<caption>${entries.length} ${entries.length === 1 ? "entry" : "entries"}, by last name; those that the roster does not know at the end</caption>
<thead><tr><th scope="col">student</th><th scope="col">id</th><th scope="col">section</th><th scope="col" class="num">score</th>${heads}${
    marks && html`<th scope="col" class="num">reflection</th>`
  }<th scope="col" class="num">late</th><th scope="col">tests passed</th></tr></thead>
<tbody>
${entries.map((entry) => row(lab.parts, entry, marks !== undefined))}
</tbody></table></div>`;
}

function row(parts: Gradebook["lab"]["parts"], entry: Entry, withManual: boolean): Html {
  const { id, students, graded, grade } = entry;
  const ran = graded && graded.refused === undefined;
  const scores = ran
    ? partScores(parts, graded.tests).map(({ score }) => formatPoints(score))
    : parts.map(() => "–");
  const sections = [...new Set(students.map(({ section }) => section))].join(", ");
  return html`<tr><th scope="row"><a href="${feedbackPath(id)}">${nameOf(entry)}</a></th><td>${id}</td><td>${sections}</td><td class="num"><b>${formatPoints(grade.score)}</b></td>${scores.map(
    (score) => html`<td class="num">${score}</td>`,
  )}${withManual && html`<td class="num">${manual(entry)}</td>`}<td class="num">${late(entry)}</td><td>${state(entry)}</td></tr>
`;
}

function manual({ grade: { manual } }: Entry): string {
  if (!manual) return "";
  return manual.open > 0 ? `${formatPoints(manual.score)} (${manual.open} open)` : formatPoints(manual.score);
}

function late({ grade: { lateness, penalty } }: Entry): string {
  return lateness && lateness.days > 0 ? `${lateness.days} d, −${formatPoints(penalty)}` : "";
}

/** The news that is worst, in words. */
function state({ graded }: Entry): Html {
  if (!graded) return html`<span class="state missing">nothing handed in</span>`;
  if (graded.refused !== undefined) return html`<span class="state refused">⊘ refused</span>`;
  const hidden = graded.tests.filter(({ visibility }) => visibility === "hidden");
  const found = OUTCOME_ORDER.filter((outcome) => hidden.some((test) => outcomeOf(test) === outcome));
  const worst = found.filter((outcome) => outcome !== "failed" && outcome !== "partly").at(-1);
  if (worst && worst !== "passed")
    return html`<span class="state ${worst}">${OUTCOMES[worst].mark} ${OUTCOMES[worst].short}</span>`;
  const passed = hidden.filter(({ status }) => status === "passed").length;
  return html`<span class="muted">${passed} of ${hidden.length}</span>`;
}
