/** What was handed in, once it has been found harmless to read: text files, and where the component is in them. */
import type { CellLines } from "../../src/course/submission/place.ts";

/** A place in a folder of submissions that someone handed in. Nothing of it has been opened yet. */
export interface Candidate {
  /** Made from the file's or folder's name without its ending. Unique in the class, also where case does not count, and safe as a file name. */
  id: string;
  path: string;
}

export type Form = "typescript" | "notebook" | "zip" | "tar" | "git" | "folder";

/** Plain data: it can be sent to another process and hashed. */
export interface Submission {
  id: string;
  form: Form;
  /** Path inside the submission, with "/", and the text, with "\n". Only what the component needs to be bundled. */
  files: ReadonlyMap<string, string>;
  /**
   * The file that exports `component`. For a notebook: its path ("hw/01-popek-goldberg.ipynb"), under which `files` holds
   * the tagged cells as TypeScript, with the export added.
   */
  entry: string;
  /** Which lines of the entry are which cell of the notebook; empty where the entry is a file of its own. */
  cells: readonly CellLines[];
  /** Answers to reflection questions, by the id of their cell, where a notebook has them. */
  answers: ReadonlyMap<string, string>;
  /** Things that the student should know of although they were no reason to refuse. */
  notes: readonly string[];
}

/** It was not taken. The message is for the student: what was wrong, where, what to do instead. */
export class Refusal extends Error {
  override name = "Refusal";
}
