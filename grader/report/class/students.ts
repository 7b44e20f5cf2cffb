/** The list of all students with their points and what happened. */
import { OUTCOME_ORDER, OUTCOMES, outcomeOf } from "../disclosure.ts";
import { partScores } from "../feedback/part.ts";
import type { Entry, Gradebook } from "../gradebook.ts";
import { type Html, html, raw } from "../page/markup.ts";
import { feedbackPath } from "../page/paths.ts";
import { formatPoints } from "../points.ts";
import { fullName } from "../roster.ts";

export function nameOf({ id, students }: Entry): string {
  return students.length === 0 ? id : students.map(fullName).join(", ");
}

interface Column {
  head: string | Html;
  numeric: boolean;
  cell(entry: Entry): string | Html;
}

/** Only those that somebody has something in. */
function columns({ lab, entries, marks }: Gradebook): Column[] {
  const text = (head: string, cell: Column["cell"]): Column => ({ head, numeric: false, cell });
  const number = (head: Column["head"], cell: Column["cell"]): Column => ({ head, numeric: true, cell });
  const known = (of: (entry: Entry) => string) => entries.some((entry) => of(entry) !== "");
  return [
    text("id", ({ id }) => id),
    ...(known(section) ? [text("section", section)] : []),
    number("score", ({ grade }) => html`<b>${formatPoints(grade.score)}</b>`),
    ...lab.parts.map((part) =>
      number(html`${part.id} <span class="muted">/${formatPoints(part.points)}</span>`, ({ graded }) => {
        if (!graded || graded.refused !== undefined) return "–";
        return formatPoints(partScores([part], graded.tests)[0]!.score);
      }),
    ),
    ...(marks ? [number("reflection", manual)] : []),
    ...(known(late) ? [number("late", late)] : []),
    text("tests passed", state),
  ];
}

export function studentTable(book: Gradebook): Html {
  const { entries } = book;
  const shown = columns(book);
  const align = ({ numeric }: Column) => numeric && raw(' class="num"');
  return html`<div class="scroll"><table class="students">
<caption>${entries.length} ${entries.length === 1 ? "entry" : "entries"}, by last name; those that the roster does not know at the end</caption>
<thead><tr><th scope="col">student</th>${shown.map((column) => html`<th scope="col"${align(column)}>${column.head}</th>`)}</tr></thead>
<tbody>
${entries.map(
  (
    entry,
  ) => html`<tr><th scope="row"><a href="${feedbackPath(entry.id)}">${nameOf(entry)}</a></th>${shown.map(
    (column) => html`<td${align(column)}>${column.cell(entry)}</td>`,
  )}</tr>
`,
)}
</tbody></table></div>`;
}

function section({ students }: Entry): string {
  return [...new Set(students.map((student) => student.section))].join(", ");
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
