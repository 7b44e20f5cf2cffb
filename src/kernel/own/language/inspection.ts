/** What the name at the cursor is: its signature and its documentation. */
import ts from "typescript";
import { type BoundFile, internal } from "./internals.ts";
import type { LivingProgram } from "./program.ts";

export interface Inspection {
  signature: string;
  /** Markdown; empty when there is none. */
  documentation: string;
}

export function inspect(cell: BoundFile, position: number, living: LivingProgram): Inspection | undefined {
  const { checker } = living;
  const node = nodeAt(cell, position);
  if (!node) return undefined;
  const symbol = checker.getSymbolAtLocation(node);
  if (!symbol) {
    if (!ts.isExpression(node) || ts.isLiteralExpression(node)) return undefined;
    return { signature: checker.typeToString(checker.getTypeAtLocation(node)), documentation: "" };
  }
  const display = internal.SymbolDisplay.getSymbolDisplayPartsDocumentationAndSymbolKind(
    checker,
    symbol,
    cell,
    node.parent,
    node,
  );
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const signature = ts.displayPartsToString(display.displayParts);
  return { signature, documentation: documentation(target) };
}

/** The identifier that the cursor touches, or the one before an opening parenthesis: `f(|`. */
function nodeAt(cell: BoundFile, position: number): ts.Node | undefined {
  const back = /[\s(,]*$/.exec(cell.text.slice(0, position))?.[0].length ?? 0;
  for (const at of [position, position - 1, position - back - 1]) {
    if (at < 0) continue;
    const node = internal.getTouchingPropertyName(cell, at);
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node) || node.kind === ts.SyntaxKind.ThisKeyword)
      return node;
  }
  return undefined;
}

/**
 * Comments are not kept in the parsed files: the text before the declaration is read again. A comment's text is
 * Markdown already, but for the stars at the margin and the tags.
 */
function documentation(symbol: ts.Symbol): string {
  for (const declaration of symbol.declarations ?? []) {
    const owner = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
    const { text } = owner.getSourceFile();
    const comment = ts
      .getLeadingCommentRanges(text, owner.pos)
      ?.map(({ pos, end }) => text.slice(pos, end))
      .findLast((comment) => comment.startsWith("/**"));
    if (comment) return toMarkdown(comment);
  }
  return "";
}

function toMarkdown(comment: string): string {
  return comment
    .slice(3, -2)
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd())
    .join("\n")
    .replace(/\{@link\s+([^}|]+)(?:\|[^}]*)?\}/g, "`$1`")
    .replace(/^@param\s+(?:\{[^}]*\}\s*)?(\S+)\s*-?\s*/gm, "\n*@param* `$1` — ")
    .replace(/^@(\w+)/gm, "\n*@$1*")
    .trim();
}
