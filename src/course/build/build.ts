/** lab.md and the files it names → the notebook. Pure: the same input gives the same bytes. */
import { cellSource } from "./cell-source.ts";
import { blocks, type Fence, LabError, type Prose } from "./markdown.ts";
import { type Bundle, type Cell, type Notebook, notebook, sourceLines } from "./notebook.ts";

/** What lab.md may name; the caller knows where it lies. */
export interface LabFiles {
  /** "NN-name". */
  id: string;
  markdown: string;
  /** What stands in place of the line `<!-- interface -->`: the component's methods and clauses (interface-table.ts). */
  interfaceTable: string;
  /** The text of a file of the lab's folder. Throws when there is none. */
  read(file: string): string;
  /** What a function of the lab's figures.ts shows. Throws when there is none. */
  show(figure: string): Bundle;
}

/** @throws LabError with the line of lab.md. */
export function buildNotebook(lab: LabFiles): Notebook {
  const found = blocks(lab.markdown);
  const names = new Set<string>();
  for (const block of found) {
    if (block.kind === "prose") continue;
    if (names.has(block.name)) throw new LabError(block.line, `there are two cells named ${block.name}`);
    names.add(block.name);
  }
  const cells = found.map((block) =>
    block.kind === "prose" ? prose(block, fresh(slug(block), names), lab) : cell(block, lab),
  );
  return notebook(cells, lab.id);
}

function prose({ text }: Prose, id: string, { interfaceTable }: LabFiles): Cell {
  const whole = text.replace(/^<!-- interface -->$/m, () => interfaceTable);
  return { cell_type: "markdown", id, metadata: {}, source: sourceLines(whole) };
}

function cell(fence: Fence, lab: LabFiles): Cell {
  const { line, language, name, tags, include, output } = fence;
  const named = <T>(what: () => T): T => {
    try {
      return what();
    } catch (error) {
      throw new LabError(line, `cell ${name}: ${error instanceof Error ? error.message : error}`);
    }
  };
  const source = include ? cellSource(named(() => lab.read(include))) : fence.code;
  const metadata = tags.length > 0 ? { tags } : {};
  if (language === "md") return { cell_type: "markdown", id: name, metadata, source: sourceLines(source) };
  const shown = output ? [named(() => lab.show(output))] : [];
  return {
    cell_type: "code",
    id: name,
    metadata,
    source: sourceLines(source),
    execution_count: null,
    outputs: shown.map((data) => ({ output_type: "display_data", data, metadata: {} })),
  };
}

/** The id of a text cell: its heading, so that an edit elsewhere does not rename it. */
function slug({ text }: Prose): string {
  const heading = /^#{1,6}\s+(.*)/.exec(text)?.[1] ?? "text";
  return (
    heading
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "")
      .slice(0, 48) || "text"
  );
}

function fresh(wanted: string, taken: Set<string>): string {
  for (let count = 1; ; count++) {
    const id = count === 1 ? wanted : `${wanted}-${count}`;
    if (taken.has(id)) continue;
    taken.add(id);
    return id;
  }
}
