/** What an instructor wrote (settings, roster, marks) and cannot be used: all problems at once, each with its place. */

export interface Problem {
  /** Line of the file, from 1. */
  line?: number | undefined;
  /** Column of a table or path in the settings. */
  field?: string | undefined;
  /** What is wrong and what to write instead. */
  message: string;
}

/** More than these would not be read. */
const SHOWN = 20;

export class InputError extends Error {
  override name = "InputError";
  readonly file: string;
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    const shown = problems.slice(0, SHOWN).map((problem) => sentence(file, problem));
    const rest = problems.length - shown.length;
    super([...shown, ...(rest > 0 ? [`… and ${rest} more`] : [])].join("\n"));
    this.file = file;
    this.problems = problems;
  }
}

function sentence(file: string, { line, field, message }: Problem): string {
  const place = line === undefined ? file : `${file}:${line}`;
  return field === undefined ? `${place}: ${message}` : `${place}: ${field}: ${message}`;
}

/** A value of the user's, short and on one line, to stand in a message. */
export function quote(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value);
}
