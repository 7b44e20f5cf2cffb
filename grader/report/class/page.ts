/** The instructor's page: the class at a glance, what was hard, who needs a look. It shows names; it is not for students. */
import type { Figure } from "../../../src/plots/index.ts";
import { OUTCOMES, type Outcome } from "../disclosure.ts";
import type { Entry, Gradebook } from "../gradebook.ts";
import { page } from "../page/document.ts";
import { type Html, html, sentence } from "../page/markup.ts";
import { ANSWERS_PAGE, feedbackPath, SIMILARITY_PAGE } from "../page/paths.ts";
import { formatPoints } from "../points.ts";
import { excerpt } from "../printable.ts";
import type { Similarity } from "../similarity/compare.ts";
import { distribution, hardestFigure, partsFigure } from "./figures.ts";
import { similarityDigest } from "./similar.ts";
import { type ClassStatistics, statistics, type TestStatistics } from "./statistics.ts";
import { nameOf, studentTable } from "./students.ts";
import { CLASS_STYLE } from "./style.ts";

/** @param similarity absent when it was not looked for */
export function classPage(book: Gradebook, similarity?: Similarity): string {
  const { lab, settings, rubric } = book;
  const found = statistics(book);
  const figures = [distribution(book, found), partsFigure(found), hardestFigure(found)];
  const body = html`<header>
<p class="eyebrow">${settings.course !== "" && `${settings.course} · `}Lab ${lab.id.slice(0, 2)} · class</p>
<h1>${lab.title}</h1>
<nav aria-label="Pages">${rubric && html`<a href="${ANSWERS_PAGE}">Answers to read</a>`}${similarity && html`<a href="${SIMILARITY_PAGE}">Similarity</a>`}<a href="#students">Students</a></nav>
</header>
${glance(found, book)}
<section class="figures">${figures.map((figure) => figure && picture(figure))}</section>
${attention(found)}
${found.tests.length > 0 && testTable(found.tests)}
${similarity && similarityDigest(similarity, names(book))}
<section id="students"><h2>Students</h2>${studentTable(book)}</section>`;
  return page({ title: `${lab.title}: class`, style: CLASS_STYLE, wide: true, body });
}

/** Names by submission. */
export function names({ entries }: Gradebook): ReadonlyMap<string, string> {
  return new Map(entries.map((entry) => [entry.id, nameOf(entry)]));
}

/** As an image, for the SVG's own style must not reach the page. */
function picture({ svg, title, alt }: Figure): Html {
  const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
  return html`<div class="scroll"><img src="${source}" alt="${`${title}. ${alt}`}"></div>`;
}

function glance({ handedIn, missing, refused, score }: ClassStatistics, { settings }: Gradebook): Html {
  const fact = (value: string, what: string) => html`<div><dt>${what}</dt><dd>${value}</dd></div>`;
  return html`<dl class="glance">
${fact(`${handedIn}`, "handed in")}
${missing.length > 0 && fact(`${missing.length}`, "nothing handed in")}
${refused.length > 0 && fact(`${refused.length}`, "refused")}
${score && fact(formatPoints(score.median), "median")}
${score && fact(formatPoints(score.mean), "mean")}
${score && fact(`${formatPoints(score.lower)} – ${formatPoints(score.upper)}`, "middle half")}
${settings.due && fact(settings.due.text.slice(0, 16), "due")}
</dl>`;
}

const STOPPED: readonly Outcome[] = ["timeout", "memory", "crashed", "divergence", "infrastructure"];

function attention({ refused, missing, with: having }: ClassStatistics): Html | false {
  const list = (entries: readonly Entry[]) =>
    html`${entries.map((entry, at) => html`${at > 0 && ", "}<a href="${feedbackPath(entry.id)}">${nameOf(entry)}</a>`)}`;
  const stopped = STOPPED.filter((outcome) => having[outcome].length > 0).map(
    (outcome) =>
      html`<tr><th scope="row"><span class="state ${outcome}">${OUTCOMES[outcome].mark} ${OUTCOMES[outcome].short}</span></th><td class="num">${having[outcome].length}</td><td>${list(having[outcome])}</td></tr>`,
  );
  const refusals = refused.map(
    (entry) =>
      html`<tr><th scope="row"><span class="state refused">⊘ refused</span></th><td></td><td>${list([entry])}<br><span class="muted">${excerpt(entry.graded!.refused!, 300)}</span></td></tr>`,
  );
  const absent =
    missing.length > 0 &&
    html`<tr><th scope="row"><span class="state missing">nothing handed in</span></th><td class="num">${missing.length}</td><td>${list(missing)}</td></tr>`;
  if (stopped.length + refusals.length === 0 && !absent) return false;
  return html`<section><h2>Worth a look</h2><table><tbody>${stopped}${refusals}${absent}</tbody></table></section>`;
}

function testTable(tests: readonly TestStatistics[]): Html {
  return html`<details><summary>All hidden tests, hardest first</summary>
<div class="scroll"><table><thead><tr><th scope="col">test</th><th scope="col">part</th><th scope="col">clause</th><th scope="col" class="num">did not pass</th></tr></thead>
<tbody>${tests.map(
    ({ name, part, clause, count, missed }) =>
      html`<tr><td>${sentence(name)}${count > 1 && html` <span class="muted">× ${count}</span>`}</td><td>${part.title}</td><td>${clause}</td><td class="num">${Math.round(100 * missed)} %</td></tr>`,
  )}</tbody></table></div></details>`;
}
