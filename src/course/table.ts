/** A check's result as HTML for the notebook and as text for the terminal. Says in words what colour repeats. */
import { escapeXml } from "../plots/card.ts";
import { html, type Markup } from "../plots/markup.ts";
import { lines } from "./format.ts";
import type { Clause } from "./lab.ts";
import type { Observation } from "./observe.ts";

/** What became of one check. */
export interface Verdict {
  name: string;
  passed: boolean;
  clause: Clause;
  /** Absent when the component broke a rule before there was anything to compare. */
  observation?: Observation;
  /** That rule, in words for the student. */
  breach?: string;
}

export interface Report {
  title: string;
  verdicts: readonly Verdict[];
}

/** Failures shown in full. The first ones teach; the rest are usually the same mistake. */
const IN_FULL = 3;

interface Row {
  mark: "✓" | "✗";
  outcome: "passed" | "failed";
  name: string;
  explanation: Entry[];
}

interface Entry {
  label: string;
  lines: string[];
  /** Code and data stand in a monospaced face, sentences do not. */
  code: boolean;
}

const headline = ({ title, verdicts }: Report) =>
  `${title}: ${verdicts.filter(({ passed }) => passed).length} of ${verdicts.length} checks pass`;

/** What the table says, whatever it is drawn with. A breach holds for every input and a clause for many: said once. */
function rowsOf({ verdicts }: Report): Row[] {
  const said = new Set<string | Clause>();
  let explained = 0;
  return verdicts.map((verdict) => {
    const { name, passed, breach, clause } = verdict;
    const again = breach !== undefined && said.has(breach);
    const explain = !passed && !again && explained++ < IN_FULL;
    const explanation = explain ? entries(verdict, said.has(clause)) : [];
    if (explain) said.add(breach ?? clause);
    return passed
      ? { mark: "✓", outcome: "passed", name, explanation }
      : { mark: "✗", outcome: "failed", name, explanation };
  });
}

/** A breach has no values to compare. */
function entries({ observation, breach, clause }: Verdict, clauseIsKnown: boolean): Entry[] {
  const code = (label: string, content: string[]): Entry => ({ label, lines: content, code: true });
  const prose = (label: string, content: string): Entry => ({ label, lines: [content], code: false });
  if (!observation) return [prose("problem", breach ?? "")];
  const expected = lines(observation.expected);
  return [
    code("input", lines(observation.input)),
    code("expected", expected),
    code("actual", pointOut(expected, lines(observation.actual))),
    prose(`clause ${clause.id}`, clauseIsKnown ? "as above" : clause.text),
  ];
}

/** Marks where a sequence leaves the expected one. A single line needs no finger on it. */
function pointOut(expected: string[], actual: string[]): string[] {
  if (expected.length === 1 && actual.length === 1) return actual;
  const astray = actual.findIndex((line, index) => line !== expected[index]);
  if (astray === -1) return actual.length < expected.length ? [...actual, "← ends too early"] : actual;
  return actual.map((line, index) => (index === astray ? `${line}   ← first difference` : line));
}

export function text(report: Report): string {
  const rows = rowsOf(report).flatMap(({ mark, name, explanation }) => [
    `  ${mark} ${name}`,
    ...explanation.flatMap(indented),
  ]);
  return [headline(report), ...rows].join("\n");
}

function indented({ label, lines }: Entry): string[] {
  return lines.map((line, index) => `      ${(index === 0 ? `${label} ` : "").padEnd(10)}${line}`);
}

/** Blue and orange: told apart without seeing red or green, legible on white and on JupyterLab's dark grey. */
const COLOUR = { passed: "#1a7fb8", failed: "#cf6220" };

const CELL = "text-align:left;vertical-align:top;padding:3px 12px 3px 0;border:0;color:inherit";
const MONOSPACED = "font-family:monospace;white-space:pre-wrap";

const table = (rows: string[]) =>
  `<table style="border-collapse:collapse;border:0;margin:0"><tbody>${rows.join("")}</tbody></table>`;

/** Jupyter stripes the rows of a table; a row that is half explanation should not be. */
const row = (cells: string) => `<tr style="background:none">${cells}</tr>`;

/** The table, with the same as text for front ends without HTML. */
export function markup(report: Report): Markup {
  const rows = rowsOf(report).map(({ mark, outcome, name, explanation }) => {
    const first = `<td style="${CELL};color:${COLOUR[outcome]};font-weight:600;white-space:nowrap">${mark} ${outcome}</td>`;
    const details = explanation.length > 0 ? table(explanation.map(entryRow)) : "";
    return row(`${first}<td style="${CELL}">${escapeXml(name)}${details}</td>`);
  });
  const head = `<p style="margin:0 0 6px 0"><b>${escapeXml(headline(report))}</b></p>`;
  return html(`<div>${head}${table(rows)}</div>`, text(report));
}

function entryRow({ label, lines, code }: Entry): string {
  const body = lines.map(escapeXml).join("\n");
  return row(
    `<th scope="row" style="${CELL};font-weight:600;white-space:nowrap">${escapeXml(label)}</th>` +
      `<td style="${CELL};${code ? MONOSPACED : ""}">${body}</td>`,
  );
}
