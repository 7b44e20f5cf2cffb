/**
 * lab.md as a list of blocks: prose, and the fences that are cells. A fence is a cell when its info string says so:
 *
 *     ```ts cell=NAME [tags=A,B] [include=FILE] [output=FUNCTION]
 *
 * NAME becomes the cell's id. `include` takes the code from a file of the lab; `output` shows what a function of the
 * lab's figures.ts returns before anything has run. With `md` in place of `ts` it is a text cell of its own, for an
 * answer that is graded by hand. Every other fence stays part of the prose.
 */
import MarkdownIt from "markdown-it";

export interface Prose {
  kind: "prose";
  /** Of the first line in lab.md, from 1. */
  line: number;
  text: string;
}

export interface Fence {
  kind: "cell";
  line: number;
  language: "ts" | "md";
  name: string;
  tags: string[];
  include?: string;
  output?: string;
  code: string;
}

/** Something in lab.md that cannot become a notebook. */
export class LabError extends Error {
  override name = "LabError";
  constructor(line: number, message: string) {
    super(`lab.md:${line}: ${message}`);
  }
}

/** nbformat 4.5 allows these characters and 64 of them in a cell's id. */
const ID = /^[a-zA-Z0-9_-]{1,64}$/;

/** @throws LabError */
export function blocks(markdown: string): (Prose | Fence)[] {
  const source = markdown.split("\n");
  const found: (Prose | Fence)[] = [];
  let from = 0;
  const prose = (to: number) => {
    const text = source.slice(from, to).join("\n").trim();
    if (text !== "") {
      const blank = source.slice(from, to).findIndex((line) => line.trim() !== "");
      found.push(checkFolds({ kind: "prose", line: from + blank + 1, text }));
    }
    from = to;
  };
  for (const token of new MarkdownIt({ html: true }).parse(markdown, {})) {
    if (!token.map) continue;
    const [start, end] = token.map;
    if (token.type === "heading_open" && token.level === 0) prose(start);
    if (token.type !== "fence" || !/(^|\s)cell(=|\s|$)/.test(token.info)) continue;
    if (token.level > 0)
      throw new LabError(start + 1, "a cell must stand at the left margin, outside lists and quotations");
    prose(start);
    found.push(fence(start + 1, token.info, token.content));
    from = end;
  }
  prose(source.length);
  return found;
}

function fence(line: number, info: string, content: string): Fence {
  const [language, ...words] = info.trim().split(/\s+/);
  if (language !== "ts" && language !== "md")
    throw new LabError(line, `a cell is written in ts or md, not in "${language}"`);
  const settings = new Map(words.map((word) => [word.replace(/=.*/s, ""), word.replace(/^[^=]*=?/, "")]));
  const unknown = [...settings.keys()].find((key) => !["cell", "tags", "include", "output"].includes(key));
  if (unknown !== undefined)
    throw new LabError(line, `"${unknown}" is no setting of a cell; there are cell, tags, include, output`);
  const name = settings.get("cell") ?? "";
  if (!ID.test(name))
    throw new LabError(line, "a cell needs a name of letters, digits, - and _: ```ts cell=name");
  const include = settings.get("include");
  const output = settings.get("output");
  if (include && content.trim() !== "")
    throw new LabError(line, `cell ${name} includes ${include}: leave the fence empty`);
  if (!include && content.trim() === "") throw new LabError(line, `cell ${name} is empty`);
  return {
    kind: "cell",
    line,
    language,
    name,
    tags: settings.get("tags")?.split(",") ?? [],
    ...(include && { include }),
    ...(output && { output }),
    code: content.trimEnd(),
  };
}

/** A hint that is opened in one cell and closed in another would not fold. */
function checkFolds(prose: Prose): Prose {
  const count = (tag: RegExp) => prose.text.match(tag)?.length ?? 0;
  if (count(/<details\b/g) !== count(/<\/details>/g))
    throw new LabError(
      prose.line,
      "<details> and </details> must stand in one piece of text, without a cell between",
    );
  return prose;
}
