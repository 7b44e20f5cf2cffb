/** How errors look in a notebook: ANSI colours, the place, the line, a caret. */
import type { Diagnostic } from "./language/diagnostics.ts";

export const red = (text: string) => `\x1b[31m${text}\x1b[39m`;
export const cyan = (text: string) => `\x1b[36m${text}\x1b[39m`;
const dim = (text: string) => `\x1b[2m${text}\x1b[22m`;

/**
 *     Cell[3]:2:7
 *     2 │ let x: number = "a";
 *       │     ^
 */
export function frame(file: string, line: number, column: number, length: number, text: string): string[] {
  const number = String(line);
  const margin = text.slice(0, column - 1).replace(/[^\t]/g, " ");
  return [
    cyan(`${file}:${line}:${column}`),
    `${dim(`${number} │`)} ${text}`,
    `${dim(`${" ".repeat(number.length)} │`)} ${margin}${red((length > 1 ? "~" : "^").repeat(length))}`,
  ];
}

/** @param cell What the cell is called. */
export function diagnosticLines(diagnostics: readonly Diagnostic[], cell: string): string[] {
  return diagnostics.flatMap(({ file = cell, line, column, length, text, code, message }) => [
    `${red("error")} TS${code}: ${message}`,
    ...frame(file, line, column, length, text),
  ]);
}
