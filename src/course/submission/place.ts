/** Names a line of a component as its author finds it. */

/** Where the lines of a module that was joined from cells come from. */
export interface CellLines {
  /** For people: `cell 11 ("component")`. */
  title: string;
  /** Its first line in the module, from 1. */
  from: number;
}

/** A component as text: what is bundled. */
export interface ComponentSource {
  /** Path, with "/", and the text of every file that the component may import. */
  files: ReadonlyMap<string, string>;
  /** The file that exports `component`. */
  entry: string;
  /** Which lines of the entry are which cell of a notebook; empty where the entry is a file of its own. */
  cells: readonly CellLines[];
}

/** A line as the student finds it: `component.ts, line 12` or `cell 11 ("component"), line 12`. */
export function placeOf(
  { cells, entry }: Pick<ComponentSource, "cells" | "entry">,
  file: string,
  line: number,
): string {
  const cell = file === entry ? cells.findLast(({ from }) => from <= line) : undefined;
  return cell ? `${cell.title}, line ${line - cell.from + 1}` : `${file}, line ${line}`;
}
