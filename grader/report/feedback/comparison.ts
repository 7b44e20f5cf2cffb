/** Expected and actual event sequence side by side, with the first difference marked. */
import { around, contrast, type Pair } from "../difference.ts";
import { type Html, html, type Piece } from "../page/markup.ts";
import { excerpt } from "../printable.ts";
import type { TestResult } from "../result.ts";

/** Lines shown around the first difference, and characters of a line. */
const SHOWN = { before: 4, after: 12 };
const CHARACTERS = 600;

export function comparison({ input, expected, actual }: NonNullable<TestResult["detail"]>): Html {
  const { pairs, before, after } = around(expected, actual, SHOWN);
  return html`<div class="input"><b>Input</b><pre>${excerpt(input, 2000)}</pre></div>
<table class="compare">
<thead><tr><th scope="col" class="n"><span class="unseen">line</span></th><th scope="col">expected</th><th scope="col">actual</th></tr></thead>
<tbody>
${before > 0 && gap(`${before} equal ${before === 1 ? "line" : "lines"} above`)}
${pairs.map(row)}
${after > 0 && gap(`${after} more ${after === 1 ? "line" : "lines"}`)}
</tbody>
</table>`;
}

const gap = (text: string) => html`<tr class="gap"><td colspan="3">${text}</td></tr>`;

function row({ number, expected, actual, kind }: Pair): Html {
  const marked = kind === "first" ? sides(expected, actual) : { expected, actual };
  return html`<tr class="${kind}"><th scope="row" class="n">${number}</th><td class="code" data-side="expected">${cell(marked.expected)}</td><td class="code" data-side="actual">${cell(marked.actual)}${
    kind === "first" && html`<span class="here">↑ first difference</span>`
  }</td></tr>
`;
}

function cell(content: Piece | undefined): Piece {
  if (content === undefined) return html`<span class="muted">(nothing more)</span>`;
  return typeof content === "string" ? excerpt(content, CHARACTERS) : content;
}

function sides(
  expected: string | undefined,
  actual: string | undefined,
): Record<"expected" | "actual", Piece> {
  const short =
    expected !== undefined && actual !== undefined && expected.length + actual.length < 2 * CHARACTERS;
  const found = short && contrast(expected, actual);
  if (!found) return { expected, actual };
  const side = (middle: string) =>
    html`${found.head}${middle !== "" && html`<mark>${middle}</mark>`}${found.tail}`;
  return { expected: side(found.expected), actual: side(found.actual) };
}
