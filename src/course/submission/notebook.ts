/** A student's notebook → the component as a module, and the answers to the questions. Nothing of it is run. */
import { answersOf } from "./answers.ts";
import { cellsOf, labOf, type NotebookCell, titleOf } from "./cells.ts";
import { hiddenCharacter } from "./characters.ts";
import type { CellLines } from "./place.ts";
import { SubmissionProblem } from "./problem.ts";
import { type Program, parse } from "./program.ts";

export interface Extracted {
  /** An ES module in TypeScript that exports `component`. */
  source: string;
  /** In the order of their lines. */
  cells: readonly CellLines[];
  /** By the id of the question's cell, without empty ones. */
  answers: ReadonlyMap<string, string>;
  notes: readonly string[];
}

/** A hostile notebook could have a note for each of its lines. */
const MOST_NOTES = 10;

interface Parsed {
  cell: NotebookCell;
  program: Program;
}

/**
 * @param json The text of an .ipynb file.
 * @throws SubmissionProblem when it is no notebook, is that of another lab, or has no component that can be read.
 */
export function extract(json: string, lab: string): Extracted {
  const { cells, metadata } = cellsOf(json);
  const other = labOf(metadata);
  if (other !== undefined && other !== lab) {
    const named = /^\d\d-[a-z0-9-]{1,60}$/.test(other) ? `lab ${other}` : "another lab";
    throw new SubmissionProblem(`This is the notebook of ${named}, not of lab ${lab}.`);
  }
  const code = cells
    .filter(({ kind }) => kind === "code")
    .map((cell) => ({ cell, program: parse(cell.source) }));
  const notes: string[] = [];
  const chosen = choose(code, notes);
  for (const one of chosen) check(one);
  once(chosen);
  const pieces = chosen.map(({ cell }) => cell.source);
  let line = 1;
  const lines = chosen.map(({ cell }) => {
    const from = line;
    line += cell.source.split("\n").length;
    return { title: titleOf(cell), from };
  });
  notes.push(...leftBehind(chosen, code).slice(0, MOST_NOTES));
  const exports = chosen.some(({ program }) => program.exports.has("component"));
  return {
    source: `${pieces.join("\n")}\n${exports ? "" : "export { component };\n"}`,
    cells: lines,
    answers: answersOf(cells),
    notes,
  };
}

/**
 * The answers alone, of a notebook whose component was handed in beside it.
 * @throws SubmissionProblem when it is no notebook
 */
export function answersFrom(json: string): ReadonlyMap<string, string> {
  return answersOf(cellsOf(json).cells);
}

/** The cells that hold the component: by tag; when the tag got lost, by id; when that got lost too, by what they declare. */
function choose(code: readonly Parsed[], notes: string[]): readonly Parsed[] {
  const tagged = code.filter(({ cell }) => cell.tags.includes("component"));
  if (tagged.length > 0) return tagged;
  const named = code.find(({ cell }) => cell.id === "component");
  if (named) {
    notes.push(`${titleOf(named.cell)} has lost its tag "component"; it was taken by its id.`);
    return [named];
  }
  const declaring = code.filter(({ program }) => program.declares.has("component"));
  if (declaring.length === 1) {
    notes.push(
      `No cell has the tag "component"; ${titleOf(declaring[0]!.cell)} was taken, which declares it.`,
    );
    return declaring;
  }
  if (declaring.length > 1)
    throw new SubmissionProblem(
      `No cell has the tag "component", and ${list(declaring)} all declare \`component\`. Give the right cell the tag "component" (View, Cell Toolbar, Tags).`,
    );
  throw new SubmissionProblem(
    'No cell has the tag "component", and none declares `component`. Start from the notebook of the lab and write into its component cell.',
  );
}

function check({ cell, program }: Parsed): void {
  const hidden = hiddenCharacter(cell.source);
  if (hidden)
    throw new SubmissionProblem(
      `${titleOf(cell)}, line ${hidden.line}, column ${hidden.column}: ${hidden.what}. Delete it; what runs must be what one reads.`,
    );
  if (!program.problem) return;
  const { line, column, message } = program.problem;
  const text = cell.source.split("\n")[line - 1] ?? "";
  const magic = /^\s*[%!]/.test(text)
    ? " Lines that begin with % or ! belong to other kernels; this one reads TypeScript."
    : "";
  throw new SubmissionProblem(
    `${titleOf(cell)}, line ${line}, column ${column}: ${message}${magic}\n    ${text.trim().slice(0, 200)}`,
  );
}

/** @throws SubmissionProblem unless exactly one of the chosen cells declares `component`. */
function once(chosen: readonly Parsed[]): void {
  const declaring = chosen.filter(({ program }) => program.declares.has("component"));
  if (declaring.length > 1)
    throw new SubmissionProblem(
      `${list(declaring)} have the tag "component" and all declare \`component\`. Delete the old one, or its tag.`,
    );
  if (declaring.length === 0 && !chosen.some(({ program }) => program.exports.has("component")))
    throw new SubmissionProblem(
      `${list(chosen)} ${chosen.length > 1 ? "have" : "has"} the tag "component" but no longer declares \`component\`. It must end as in the lab: const component = { … }.`,
    );
}

/** In a notebook every cell sees all others. Only the component's cells are handed in. */
function leftBehind(chosen: readonly Parsed[], code: readonly Parsed[]): string[] {
  const own = new Set(chosen.flatMap(({ program }) => [...program.declares.keys()]));
  const others = code.filter((one) => !chosen.includes(one));
  return chosen.flatMap(({ cell, program }) =>
    [...program.needs]
      .filter(([name]) => !own.has(name))
      .flatMap(([name, line]) => {
        const elsewhere = others.find(({ program }) => program.declares.has(name));
        return elsewhere
          ? [
              `${titleOf(cell)}, line ${line}, uses \`${name}\`, which only ${titleOf(elsewhere.cell)} declares. That cell is not handed in: move the declaration into the component cell.`,
            ]
          : [];
      }),
  );
}

const list = (some: readonly Parsed[]) => some.map(({ cell }) => titleOf(cell)).join(" and ");
