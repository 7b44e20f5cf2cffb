/** Pairs of submissions with the code that they share, side by side, for a person to judge. */
import { anchor, percent } from "../class/similar.ts";
import { page } from "../page/document.ts";
import { type Html, html } from "../page/markup.ts";
import { CLASS_PAGE, feedbackPath } from "../page/paths.ts";
import { excerpt } from "../printable.ts";
import type { Similarity, SimilarPair } from "./compare.ts";
import type { Line } from "./document.ts";
import type { Fragment } from "./fragments.ts";

/** Pairs with their code, pieces of code of a pair, lines of a piece, characters of a line. */
const SHOWN = { pairs: 60, listed: 500, fragments: 12, lines: 60, characters: 160 };

const STYLE = `
.pair{border-top:1px solid var(--line);padding:.25rem 0}
.pair>summary{color:var(--ink);padding:.35rem 0}
.sides{display:grid;grid-template-columns:1fr 1fr;gap:.75rem;margin:.5rem 0 1rem}
.sides pre{margin:0;font-size:.75rem;line-height:1.5;overflow-x:auto;padding:.6rem .75rem}
.sides .n{color:var(--muted);user-select:none}
@media(max-width:48rem){.sides{grid-template-columns:1fr;gap:.35rem}}
`;

/** @param names by submission */
export function similarityPage(
  title: string,
  similarity: Similarity,
  names: ReadonlyMap<string, string>,
): string {
  const { pairs, clusters, small, cut, compared, threshold } = similarity;
  const name = (id: string) => names.get(id) ?? id;
  const groups = clusters.filter(({ length }) => length > 2);
  const list = (ids: readonly string[]) => ids.map(name).join(", ");
  const body = html`<header>
<p class="eyebrow">Similarity · <a href="${CLASS_PAGE}">class</a></p>
<h1>${title}</h1>
<p>Of ${compared} submissions, ${pairs.length} ${pairs.length === 1 ? "pair shares" : "pairs share"} ${percent(threshold)} or more of one side's own code.</p>
<p class="muted">Compared were sequences of tokens without names, numbers, short strings, comments and layout, wherever they stand; what the starter gave to all is left out, and what more than half of a class has in common. That two are alike tells nothing of who wrote it, and there are tasks with one good answer: read before you judge.</p>
</header>
${
  groups.length > 0 &&
  html`<section><h2>Groups</h2><ul>${groups.map((group) => html`<li><b>${group.length}</b>: ${list(group)}</li>`)}</ul></section>`
}
${pairs.length > 0 && html`<section><h2>Pairs</h2>${pairs.slice(0, SHOWN.pairs).map((pair, index) => section(similarity, pair, index, name))}${rest(pairs, name)}</section>`}
${
  small.length > 0 &&
  html`<p class="muted">Too little code of their own to be compared (it is the starter's, or in most submissions): ${list(small)}.</p>`
}
${cut.length > 0 && html`<p class="muted">Too long, compared in their first part only: ${list(cut)}.</p>`}`;
  return page({ title: `Similarity: ${title}`, style: STYLE, wide: true, body });
}

function section(
  { fragments }: Similarity,
  pair: SimilarPair,
  index: number,
  name: (id: string) => string,
): Html {
  const found = fragments(pair);
  const { left, right, ofLeft, ofRight } = pair;
  const more = found.length - SHOWN.fragments;
  return html`<details class="pair" id="${anchor(index)}"><summary><b>${percent(pair.similarity)}</b> ${name(left)} and ${name(right)}</summary>
<p class="muted"><a href="${feedbackPath(left)}">${name(left)}</a> shares ${percent(ofLeft)} of its own code, <a href="${feedbackPath(right)}">${name(right)}</a> ${percent(ofRight)}.</p>
${found.slice(0, SHOWN.fragments).map(piece)}
${more > 0 && html`<p class="muted">${more} shorter ${more === 1 ? "piece" : "pieces"} left out.</p>`}
</details>
`;
}

function piece({ left, right, tokens }: Fragment): Html {
  return html`<p class="muted">${tokens} tokens</p><div class="sides">${code(left)}${code(right)}</div>`;
}

function code(lines: readonly Line[]): Html {
  const shown = lines.slice(0, SHOWN.lines);
  const width = String(shown.at(-1)?.number ?? 0).length;
  const body = shown.map(
    ({
      number,
      text,
    }) => html`<span class="n">${String(number).padStart(width)}</span>  ${excerpt(text, SHOWN.characters)}
`,
  );
  const left = lines.length - shown.length;
  return html`<pre aria-label="${shown[0]?.file ?? ""}">${body}${left > 0 && `… ${left} more lines`}</pre>`;
}

function rest(pairs: readonly SimilarPair[], name: (id: string) => string): Html | false {
  const others = pairs.slice(SHOWN.pairs, SHOWN.listed);
  if (others.length === 0) return false;
  const unlisted = pairs.length - SHOWN.pairs - others.length;
  return html`<h2>More pairs</h2><table><tbody>${others.map(
    ({ left, right, similarity }) =>
      html`<tr><td class="num">${percent(similarity)}</td><td>${name(left)}</td><td>${name(right)}</td></tr>`,
  )}</tbody></table>${unlisted > 0 && html`<p class="muted">and ${unlisted} more</p>`}`;
}
