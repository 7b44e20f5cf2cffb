/** What a piece of TypeScript declares and uses, seen from its syntax alone. Nothing is type-checked or run. */
import ts from "typescript";

export interface Program {
  /** The first syntax error; the rest is unreliable when there is one. */
  problem: { line: number; column: number; message: string; tooDeep?: boolean } | undefined;
  /** Names declared at the top → line. Imports count. */
  declares: ReadonlyMap<string, number>;
  /** Values that are used and declared nowhere in the text → line of their first use. */
  needs: ReadonlyMap<string, number>;
  /** Names that it exports by themselves; `export *` is not followed. */
  exports: ReadonlySet<string>;
}

/** Levels of syntax in one another. People write below 50; the compilers behind us recurse. */
const DEEPEST = 1500;
const TOO_DEEP = `the code is nested more than ${DEEPEST} levels deep`;

/**
 * Beware: TypeScript's parser takes exponential time on hostile texts ("async(" thirty times). What strangers wrote is
 * parsed in a process that can be stopped.
 */
export function parse(text: string): Program {
  const nothing = { declares: new Map(), needs: new Map(), exports: new Set<string>() };
  let file: ts.SourceFile;
  try {
    file = ts.createSourceFile("component.ts", text, ts.ScriptTarget.Latest, false, ts.ScriptKind.TS);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { ...nothing, problem: { line: 1, column: 1, message: TOO_DEEP, tooDeep: true } };
  }
  const at = (position: number) => {
    const { line, character } = file.getLineAndCharacterOfPosition(position);
    return { line: line + 1, column: character + 1 };
  };
  const [first] = syntaxErrors(file);
  if (first)
    return {
      ...nothing,
      problem: { ...at(first.start), message: ts.flattenDiagnosticMessageText(first.messageText, " ") },
    };
  const { bound, used, deepest } = names(file);
  if (deepest)
    return { ...nothing, problem: { ...at(deepest.getStart(file)), message: TOO_DEEP, tooDeep: true } };
  const line = (node: ts.Node) => at(node.getStart(file)).line;
  return {
    problem: undefined,
    declares: new Map(file.statements.flatMap(declared).map((name) => [name.text, line(name)])),
    needs: new Map([...used].filter(([name]) => !bound.has(name)).map(([name, node]) => [name, line(node)])),
    exports: new Set(file.statements.flatMap(exported)),
  };
}

/** The parser keeps them on the file; the public way to them (transpileModule) costs a second pass. */
function syntaxErrors(file: ts.SourceFile): readonly ts.DiagnosticWithLocation[] {
  return (file as ts.SourceFile & { parseDiagnostics: readonly ts.DiagnosticWithLocation[] })
    .parseDiagnostics;
}

function bindings(name: ts.BindingName): ts.Identifier[] {
  if (ts.isIdentifier(name)) return [name];
  return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : bindings(element.name)));
}

/** Names that a statement declares around it. */
function declared(statement: ts.Statement): ts.Identifier[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) => bindings(name));
  if (ts.isImportDeclaration(statement)) return imported(statement.importClause);
  if (
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isEnumDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement)
  )
    return statement.name ? [statement.name] : [];
  return [];
}

function imported(clause: ts.ImportClause | undefined): ts.Identifier[] {
  const named = clause?.namedBindings;
  const names = named
    ? ts.isNamespaceImport(named)
      ? [named.name]
      : named.elements.map(({ name }) => name)
    : [];
  return clause?.name ? [clause.name, ...names] : names;
}

function exported(statement: ts.Statement): string[] {
  if (ts.isExportDeclaration(statement) && !statement.isTypeOnly) {
    const clause = statement.exportClause;
    if (!clause) return [];
    return ts.isNamedExports(clause)
      ? clause.elements.filter(({ isTypeOnly }) => !isTypeOnly).map(({ name }) => name.text)
      : [clause.name.text];
  }
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
  const isExported = modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  return isExported ? declared(statement).map(({ text }) => text) : [];
}

interface Names {
  /** Declared somewhere, in whatever scope. */
  bound: Set<string>;
  used: Map<string, ts.Identifier>;
  /** A node below the allowed depth. */
  deepest: ts.Node | undefined;
}

/** Walks with a stack of its own: a chain of a million links must not overflow ours. */
function names(file: ts.SourceFile): Names {
  const found: Names = { bound: new Set(), used: new Map(), deepest: undefined };
  const open: { node: ts.Node; parent: ts.Node; depth: number }[] = [{ node: file, parent: file, depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, parent, depth } = next;
    if (depth > DEEPEST) return { ...found, deepest: node };
    if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) continue;
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) continue;
    if (ts.isIdentifier(node)) {
      const role = roleOf(node, parent);
      if (role === "declares") found.bound.add(node.text);
      if (role === "uses" && !found.used.has(node.text)) found.used.set(node.text, node);
      continue;
    }
    const children: ts.Node[] = [];
    ts.forEachChild(node, (child) => {
      children.push(child);
    });
    for (const child of children.reverse()) open.push({ node: child, parent: node, depth: depth + 1 });
  }
  return found;
}

function roleOf(node: ts.Identifier, parent: ts.Node): "declares" | "uses" | "label" {
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node ? "uses" : "label";
  if (ts.isShorthandPropertyAssignment(parent)) return "uses";
  if (ts.isBindingElement(parent) && parent.propertyName === node) return "label";
  if (ts.isImportSpecifier(parent)) return parent.name === node ? "declares" : "label";
  if (ts.isExportSpecifier(parent)) return (parent.propertyName ?? parent.name) === node ? "uses" : "label";
  if (ts.isPropertyAssignment(parent) || ts.isClassElement(parent) || ts.isEnumMember(parent))
    return parent.name === node ? "label" : "uses";
  if (ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent) || ts.isMetaProperty(parent))
    return "label";
  const declares = "name" in parent && parent.name === node;
  return declares ? "declares" : "uses";
}
