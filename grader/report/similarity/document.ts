/** The files of a submission as one text of lines, and its tokens. */
import { File, Region, TokenizedFile } from "@dodona/dolos-core";
import type { Submission } from "../../intake/submission.ts";
import { tokens } from "./tokens.ts";

/** What is compared. */
export type Source = Pick<Submission, "id" | "files">;

export interface Line {
  file: string;
  /** In its file, from 1. */
  number: number;
  text: string;
}

export interface Document {
  id: string;
  lines: readonly Line[];
  tokenized: TokenizedFile;
  /** It has more than was read. */
  cut: boolean;
}

/** Hundred times a usual component. */
const MOST_CHARACTERS = 400_000;
const MOST_TOKENS = 15_000;

/** Of a notebook its component's cells are in `files`, as TypeScript under the notebook's name. */
const CODE = /\.([cm]?[jt]sx?|ipynb)$/i;

/** The order of the files is that of their names. */
export function documentOf({ id, files }: Source): Document {
  const lines: Line[] = [];
  const texts: string[] = [];
  const regions: Region[] = [];
  let cut = false;
  const code = [...files].filter(([name]) => CODE.test(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [file, whole] of code) {
    const text = whole.slice(0, MOST_CHARACTERS);
    const room = MOST_TOKENS - texts.length;
    const found = room > 0 ? tokens(text, room) : [];
    cut ||= text.length < whole.length || found.length === room || room <= 0;
    for (const token of found) {
      texts.push(token.text);
      regions.push(new Region(lines.length + token.line, 0, lines.length + token.line, 1));
    }
    for (const [index, content] of text.split("\n").entries())
      lines.push({ file, number: index + 1, text: content });
  }
  return { id, lines, tokenized: new TokenizedFile(new File(id, ""), texts, regions), cut };
}
