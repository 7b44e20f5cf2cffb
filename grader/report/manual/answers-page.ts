/** One question after the other across the whole class, for the person who grades them. Marks go into manual.csv. */
import type { Question } from "../../../src/course/index.ts";
import { nameOf } from "../class/students.ts";
import { ANSWER_CHARACTERS } from "../feedback/reflection.ts";
import type { Entry, Gradebook } from "../gradebook.ts";
import { page } from "../page/document.ts";
import { type Html, html, prose } from "../page/markup.ts";
import { CLASS_PAGE, feedbackPath, MANUAL_CSV } from "../page/paths.ts";
import { formatPoints } from "../points.ts";
import { excerpt } from "../printable.ts";
import { markOf } from "./marks.ts";
import { answerText, questionText } from "./questions.ts";

const STYLE = `
nav{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:.75rem 0 0}
.asked+p{margin-top:.75rem}
.asked{border:1px solid var(--line);border-radius:8px;padding:1rem 1.25rem;background:var(--soft)}
.asked table{margin-top:.5rem}.asked code{background:var(--ground)}
.answer{border-top:1px solid var(--line);padding:1rem 0 .5rem}
.answer>header{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.1rem 1rem;margin-bottom:.4rem}
.answer h3{font-size:.9375rem}.answer>header p{margin:0}
@media print{.answer{break-inside:avoid}}
`;

/** Undefined when the lab asks no questions. */
export function answersPage(book: Gradebook): string | undefined {
  const { lab, rubric, settings } = book;
  if (!rubric || rubric.questions.length === 0) return undefined;
  const body = html`<header>
<p class="eyebrow">${settings.course !== "" && `${settings.course} · `}Lab ${lab.id.slice(0, 2)} · <a href="${CLASS_PAGE}">class</a></p>
<h1>Answers: ${lab.title}</h1>
<p>Write points and comments into <code>${MANUAL_CSV}</code>, a line for each criterion; what is not graded yet stays empty. Then grade again with <code>--manual ${MANUAL_CSV}</code>.</p>
<nav aria-label="Questions">${rubric.questions.map(({ id, title }) => html`<a href="#${id}">${title}</a>`)}</nav>
</header>
${rubric.questions.map((question) => section(book, question))}`;
  return page({ title: `Answers: ${lab.title}`, style: STYLE, body });
}

function section(book: Gradebook, question: Question): Html {
  const text = book.questions.get(question.id) ?? "";
  const written = book.entries
    .filter(({ graded }) => graded !== undefined)
    .map((entry) => ({ entry, answer: answerText(entry.graded!.answers[question.id] ?? "", text) }));
  const answered = written.filter(({ answer }) => answer !== "");
  const silent = written.filter(({ answer }) => answer === "").map(({ entry }) => nameOf(entry));
  return html`<section id="${question.id}">
<h2>${question.title}</h2>
<div class="asked">${prose(questionText(text))}
<table><thead><tr><th scope="col">criterion</th><th scope="col">what a full answer says</th><th scope="col" class="num">points</th></tr></thead>
<tbody>${question.criteria.map(
    ({ id, text, guide, points }) =>
      html`<tr><th scope="row"><code>${id}</code></th><td>${text}<br><span class="muted">${guide}</span></td><td class="num">${formatPoints(points)}</td></tr>`,
  )}</tbody></table></div>
<p class="muted">${answered.length} answered, ${silent.length} did not.</p>
${answered.map(({ entry, answer }) => one(book, question, entry, answer))}
${silent.length > 0 && html`<p class="muted">No answer: ${silent.join(", ")}</p>`}
</section>`;
}

function one({ marks }: Gradebook, question: Question, entry: Entry, answer: string): Html {
  const given = question.criteria.flatMap((criterion) => {
    const { points } = markOf(marks, entry.id, { question, criterion });
    return points === undefined ? [] : [`${criterion.id} ${formatPoints(points)}`];
  });
  return html`<article class="answer"><header><h3><a href="${feedbackPath(entry.id)}">${nameOf(entry)}</a> <span class="muted">${entry.id}</span></h3><p class="muted">${
    given.length > 0 ? given.join(" · ") : "not graded yet"
  }</p></header>
${prose(excerpt(answer, ANSWER_CHARACTERS))}
</article>`;
}
