/** What was handed in, once it has been found harmless to read: text files, and where the component is in them. */

/** A place in a folder of submissions that someone handed in. Nothing of it has been opened yet. */
export interface Candidate {
  /** Name of the student or the submission: the file's or folder's name without its ending. Unique in the class. */
  id: string;
  path: string;
}

export type Form = "typescript" | "notebook" | "zip" | "tar" | "git" | "folder";

export interface Submission {
  id: string;
  form: Form;
  /** Path inside the submission, with "/", and the text. Only what the component needs to be bundled. */
  files: ReadonlyMap<string, string>;
  /** The file that exports `component`. For a notebook: the tagged cells, with the export added. */
  entry: string;
  /** Answers to reflection questions, by the id of their cell, where a notebook has them. */
  answers: ReadonlyMap<string, string>;
  /** Things that the student should know of although they were no reason to refuse. */
  notes: readonly string[];
}

/** It was not taken. The message is for the student: what was wrong, where, what to do instead. */
export class Refusal extends Error {
  override name = "Refusal";
}
