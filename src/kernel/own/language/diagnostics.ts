/** TypeScript's complaints as plain data. */
import ts from "typescript";

export interface Diagnostic {
  /** Path of a local file; undefined for the cell itself. */
  file?: string;
  /** 1-based; columns count UTF-16 units. */
  line: number;
  column: number;
  /** UTF-16 units, cut at the end of the line. */
  length: number;
  /** Text of that line. */
  text: string;
  code: number;
  message: string;
}

export function toDiagnostic(diagnostic: ts.Diagnostic, cell: ts.SourceFile): Diagnostic {
  const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n");
  const { file = cell, start = 0, length = 1, code } = diagnostic;
  const { line, character } = file.getLineAndCharacterOfPosition(start);
  const text = file.text.split("\n", line + 1)[line]?.replace(/\r$/, "") ?? "";
  return {
    ...(file === cell ? {} : { file: file.fileName }),
    line: line + 1,
    column: character + 1,
    length: Math.max(1, Math.min(length, text.length - character)),
    text,
    code,
    message,
  };
}
