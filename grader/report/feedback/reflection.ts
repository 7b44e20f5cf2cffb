/** The reflection questions: what was asked, what was answered, and what a reader said to it. */
import type { Question } from "../../../src/course/index.ts";
import type { Entry, Gradebook } from "../gradebook.ts";
import { markOf } from "../manual/marks.ts";
import { answerText, questionText } from "../manual/questions.ts";
import { type Html, html, prose } from "../page/markup.ts";
import { formatPoints, total } from "../points.ts";
import { excerpt } from "../printable.ts";

/** An answer of a few sentences is asked for; this is a book. */
export const ANSWER_CHARACTERS = 20_000;

export function reflection(book: Gradebook, entry: Entry): Html | false {
  const { rubric, marks } = book;
  if (!rubric || rubric.questions.length === 0) return false;
  const waiting = html`<p class="muted">A person reads these answers. They don't count in the score above until that was done.</p>`;
  return html`<section id="reflection">
<h2>Reflection questions</h2>
${!marks && waiting}
${rubric.questions.map((question) => asked(book, entry, question))}
</section>`;
}

function asked(book: Gradebook, { id, graded }: Entry, question: Question): Html {
  const text = book.questions.get(question.id) ?? "";
  const answer = answerText(graded?.answers[question.id] ?? "", text);
  return html`<article class="question">
${text === "" ? html`<h3>${question.title}</h3>` : prose(questionText(text))}
<div class="answer">${answer === "" ? html`<p class="muted">No answer was found in this cell.</p>` : prose(excerpt(answer, ANSWER_CHARACTERS))}</div>
${book.marks && marked(book, id, question)}
</article>`;
}

function marked({ marks }: Gradebook, submission: string, question: Question): Html {
  const rows = question.criteria.map((criterion) => ({
    criterion,
    ...markOf(marks, submission, { question, criterion }),
  }));
  const given = total(rows.map(({ points }) => points ?? 0));
  const max = total(question.criteria.map(({ points }) => points));
  return html`<table><thead><tr><th scope="col">What an answer must say</th><th scope="col" class="num">points</th></tr></thead>
<tbody>${rows.map(
    ({ criterion, points, comment }) =>
      html`<tr><td>${criterion.text}${comment !== "" && html`<span class="comment">“${excerpt(comment, 4000)}”</span>`}</td><td class="num">${
        points === undefined ? "not yet" : `${formatPoints(points)} of ${formatPoints(criterion.points)}`
      }</td></tr>`,
  )}</tbody>
<tfoot><tr><th scope="row">${question.title}</th><td class="num">${formatPoints(given)} of ${formatPoints(max)}</td></tr></tfoot></table>`;
}
