/** The page that a student gets back. Nothing on it tells more of a hidden test than disclosure.ts allows. */
import { disclose } from "../disclosure.ts";
import type { Entry, Gradebook } from "../gradebook.ts";
import { page } from "../page/document.ts";
import { type Html, html } from "../page/markup.ts";
import { excerpt } from "../printable.ts";
import { firstSteps, head } from "./head.ts";
import { latenessSection } from "./lateness.ts";
import { partScores, partSection } from "./part.ts";
import { reflection } from "./reflection.ts";
import { FEEDBACK_STYLE } from "./style.ts";

export function feedbackPage(book: Gradebook, entry: Entry): string {
  const { lab, settings } = book;
  const tests = entry.graded?.tests.map((test) => disclose(test, settings.release)) ?? [];
  const parts = partScores(lab.parts, tests);
  const runs = entry.graded !== undefined && entry.graded.refused === undefined;
  const body = html`${head(book, entry, parts)}
${notices(entry)}
${runs && firstSteps(entry.graded!, lab.clauses)}
${runs && parts.map((part) => partSection(part, lab.clauses))}
${entry.graded && reflection(book, entry)}
${latenessSection(entry.grade, settings.late)}
<footer>${runs && about(settings.release)} ${entry.graded && `Made from result ${entry.graded.key.slice(0, 12)}.`}</footer>`;
  return page({ title: `${entry.id}: ${lab.title}`, style: FEEDBACK_STYLE, body });
}

function notices({ graded }: Entry): Html | false {
  if (!graded) return html`<div class="notice"><p>Nothing was handed in.</p></div>`;
  const { refused, notes } = graded;
  return html`${
    refused !== undefined &&
    html`<div class="notice bad-news"><p><b>It could not be run, so no test has points.</b></p><p>${excerpt(refused, 4000)}</p></div>`
  }
${
  notes.length > 0 &&
  html`<div class="notice"><p><b>Good to know</b></p><ul>${notes.slice(0, 20).map((note) => html`<li>${excerpt(note, 1000)}</li>`)}</ul></div>`
}`;
}

function about(release: "hidden" | "released"): string {
  return release === "hidden"
    ? "Hidden tests obey the same clauses as the checks of the notebook, with other cases; what they give and expect is not shown."
    : "Hidden tests obey the same clauses as the checks of the notebook, with other cases.";
}
