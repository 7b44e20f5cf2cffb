/** What is wrong with a program, and where. */

/** A line of source, where it came from, and through which macro. */
export interface SourceLine {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
  /** The macro whose body this line is, and the line that called it. */
  readonly macro?: { readonly name: string; readonly call: SourceLine };
}

export interface Problem {
  file: string;
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
  message: string;
  /** The line's text. */
  text: string;
  /** "in macro entry, called at kernel.asm:12", innermost first. */
  trace: string[];
}

/** Everything that is wrong, in the order of the source. `message` shows each with its line and a caret. */
export class AssemblerError extends Error {
  readonly problems: readonly Problem[];
  readonly file: string;
  readonly line: number;
  readonly column: number;
  constructor(problems: readonly Problem[]) {
    const [first] = problems as [Problem];
    super(render(problems));
    this.name = "AssemblerError";
    this.problems = problems;
    this.file = first.file;
    this.line = first.line;
    this.column = first.column;
  }
}

const SHOWN = 20;

function render(problems: readonly Problem[]): string {
  const shown = problems.slice(0, SHOWN).map(({ file, line, column, message, text, trace }) => {
    const caret = text.slice(0, column - 1).replace(/[^\t]/g, " ");
    return [
      `${file}:${line}:${column}: ${message}`,
      ...trace.map((where) => `    ${where}`),
      `    ${text}`,
      `    ${caret}^`,
    ].join("\n");
  });
  if (problems.length > SHOWN) shown.push(`and ${problems.length - SHOWN} more`);
  return shown.join("\n");
}

/** Thrown while one line is read; whoever knows the line makes a Problem of it. */
export class LineError extends Error {
  /** From 0. */
  readonly column: number;
  constructor(message: string, column: number) {
    super(message);
    this.column = column;
  }
}

export function problem(source: SourceLine, error: LineError): Problem {
  const trace: string[] = [];
  for (let { macro } = source; macro; macro = macro.call.macro)
    trace.push(`in macro ${macro.name}, called at ${macro.call.file}:${macro.call.line}`);
  const { file, line, text } = source;
  return { file, line, column: error.column + 1, message: error.message, text, trace };
}
