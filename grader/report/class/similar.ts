/** The similarity report in short, for the class page. */
import { type Html, html } from "../page/markup.ts";
import { SIMILARITY_PAGE } from "../page/paths.ts";
import type { Similarity, SimilarPair } from "../similarity/compare.ts";

const SHOWN = 10;

export const percent = (share: number) => `${Math.round(100 * share)} %`;

/** Also the anchor of the pair in the similarity page. */
export const anchor = (index: number) => `pair-${index + 1}`;

export function similarityDigest(
  { pairs, clusters, compared, threshold }: Similarity,
  names: ReadonlyMap<string, string>,
): Html {
  const name = (id: string) => names.get(id) ?? id;
  if (pairs.length === 0)
    return html`<section><h2>Similarity</h2><p class="muted">Of ${compared} submissions no two share ${percent(threshold)} of their own code.</p></section>`;
  const row = ({ left, right, ofLeft, ofRight }: SimilarPair, index: number) =>
    html`<tr><td class="num"><a href="${SIMILARITY_PAGE}#${anchor(index)}">${index + 1}</a></td><td>${name(left)}</td><td class="num">${percent(ofLeft)}</td><td>${name(right)}</td><td class="num">${percent(ofRight)}</td></tr>`;
  const groups = clusters.filter(({ length }) => length > 2);
  return html`<section><h2>Similarity</h2>
<p>${pairs.length} ${pairs.length === 1 ? "pair shares" : "pairs share"} ${percent(threshold)} or more of one side's own code. Alike is not yet copied: <a href="${SIMILARITY_PAGE}">read them side by side</a>.</p>
<table><thead><tr><th scope="col" class="num">pair</th><th scope="col">one</th><th scope="col" class="num">shared</th><th scope="col">the other</th><th scope="col" class="num">shared</th></tr></thead>
<tbody>${pairs.slice(0, SHOWN).map(row)}</tbody></table>
${groups.map((group) => html`<p class="muted">Group of ${group.length}: ${group.map(name).join(", ")}</p>`)}</section>`;
}
