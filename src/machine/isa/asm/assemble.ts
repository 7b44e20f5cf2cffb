/**
 * Assembly in nasm's language to one flat piece of bytes (nasm -f bin):
 *
 *     instructions  every row of the ISA table, prefixes (rep, lock, es, a32, o16 …), byte … oword, short, near, far, strict, rel, abs
 *     data          db dw dd dq (strings and, in dd and dq, fractions), resb resw resd resq, times, align, alignb
 *     names         label:, .local, equ, $, $$; numbers 10 0xff 0ffh 0b1 1b 0o7 'ab'; + - * / % // << >> & | ^ ~ ! < = ? : …
 *     modes         bits, use16, org, default rel; section .text, global and cpu mean nothing
 *     preprocessor  %define %xdefine %assign %undef, %macro with %1 %0 %%local {a, b}, %rep %exitrep, %include, %error %warning,
 *                   %if and %if[n]def, macro, idn, idni, empty, num, id, str with %elif and %else
 *
 * Where nasm only warns (a number that does not fit), this is an error; a label may stand where nasm wants a plain number (isr & 0xffff);
 * [rel 0x1234] reaches an absolute address. No other sections, no struc, no incbin.
 *
 * Jumps and operands have forms of several lengths, and lengths decide addresses. So the program is laid out again and again with the
 * symbols' last values, beginning with every forward reference short, until nothing moves.
 */
import { AssemblerError, LineError, type Problem, problem, type SourceLine } from "./error.ts";
import { constant } from "./evaluate.ts";
import { type LaidOut, Layout } from "./layout.ts";
import { tokenize } from "./lexer.ts";
import { Parser } from "./parser.ts";
import { type Included, Preprocessor } from "./preprocess.ts";
import type { Statement } from "./statement.ts";

export interface AssembleOptions {
  /** Name of the source in messages and in `lines`. */
  file?: string;
  /** Finds what %include names; undefined when there is no such file. */
  include?: (name: string, from: string) => Included | undefined;
  /** As if written with %define before the first line. */
  defines?: Record<string, string | number>;
}

export interface LineOfCode {
  address: number;
  file: string;
  /** From 1. For a macro's code the line that calls it. */
  line: number;
  /** Bytes. */
  length: number;
}

export interface Assembly {
  bytes: Uint8Array;
  /** Address of the first byte (ORG). */
  origin: number;
  /** Labels (local ones as "main.loop") and equ; 64-bit values are signed, as linear addresses are. */
  symbols: Map<string, number>;
  /** Which line each byte comes from, in order of address. */
  lines: LineOfCode[];
  /** What was ignored, and %warning. */
  notes: string[];
}

/** Throws an AssemblerError with everything that is wrong. */
export function assemble(text: string, options: AssembleOptions = {}): Assembly {
  const problems: Problem[] = [];
  const notes: string[] = [];
  const report = (source: SourceLine, error: LineError) => problems.push(problem(source, error));
  const note = (source: SourceLine, words: string) => notes.push(`${source.file}:${source.line}: ${words}`);

  const layout = new Layout();
  const preprocessor = new Preprocessor(
    { file: options.file ?? "(source)", text },
    {
      ...(options.include && { include: options.include }),
      constant: (name) => layout.constant(name)?.n,
      report,
      note,
    },
  );
  for (const [name, value] of Object.entries(options.defines ?? {}))
    preprocessor.definitions.define(tokenize(`${name} ${value}`), false);
  const parser = new Parser((name) => {
    const value = layout.constant(name);
    return value && constant(value.n);
  }, note);

  for (const { source, tokens } of preprocessor.lines()) {
    try {
      const statement = parser.statement(source, tokens);
      const warning = statement && layout.add(statement);
      if (warning) note(source, warning);
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      report(source, error);
    }
  }
  if (problems.length > 0) throw new AssemblerError(problems);
  const result = layout.settle(parser.origin, report);
  if (problems.length > 0) throw new AssemblerError(problems);
  return { ...result, origin: Number(parser.origin), lines: lineMap(result, Number(parser.origin)), notes };
}

function lineMap({ placed }: LaidOut, origin: number): LineOfCode[] {
  const lines: LineOfCode[] = [];
  for (const { statement, offset, length } of placed) {
    if (length === 0) continue;
    const { file, line } = outermost(statement);
    const last = lines.at(-1);
    if (last && last.file === file && last.line === line && last.address + last.length === origin + offset)
      last.length += length;
    else lines.push({ address: origin + offset, file, line, length });
  }
  return lines;
}

function outermost({ source }: Statement): SourceLine {
  let line = source;
  while (line.macro) line = line.macro.call;
  return line;
}
