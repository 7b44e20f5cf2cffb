/** Is the text a whole cell, or is the person still typing? */
import ts from "typescript";
import { TARGET } from "./options.ts";

export type Completeness = { status: "complete" | "invalid" } | { status: "incomplete"; indent: string };

/** An unterminated template literal or comment reaches the end of the text, wherever it is reported. */
const UNTERMINATED = new Set([1160, 1010]);

export function completeness(code: string): Completeness {
  const file = ts.createSourceFile("cell.ts", `${code}\n`, TARGET, false, ts.ScriptKind.TS);
  const { parseDiagnostics } = file as ts.SourceFile & { parseDiagnostics: ts.DiagnosticWithLocation[] };
  const first = parseDiagnostics[0];
  if (!first) return { status: "complete" };
  const end = code.trimEnd().length;
  const open = UNTERMINATED.has(first.code) || first.start >= end;
  return open ? { status: "incomplete", indent: "  ".repeat(depth(code)) } : { status: "invalid" };
}

/** How many brackets are open at the end. */
function depth(code: string): number {
  const scanner = ts.createScanner(TARGET, true, ts.LanguageVariant.Standard, code);
  let open = 0;
  for (let token = scanner.scan(); token !== ts.SyntaxKind.EndOfFileToken; token = scanner.scan()) {
    const { SyntaxKind } = ts;
    if ([SyntaxKind.OpenBraceToken, SyntaxKind.OpenParenToken, SyntaxKind.OpenBracketToken].includes(token))
      open++;
    if (
      [SyntaxKind.CloseBraceToken, SyntaxKind.CloseParenToken, SyntaxKind.CloseBracketToken].includes(token)
    )
      open--;
  }
  return Math.max(0, open);
}
