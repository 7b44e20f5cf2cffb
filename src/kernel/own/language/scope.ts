/**
 * Turns a cell into the body of a function over the notebook's scope. Its own declarations stay ordinary variables, so
 * loops run at native speed; only what crosses a cell's border changes:
 *
 *     let total = 0;                  let total = 0;                     plus, before the first line:
 *                                     $$declare({ total: [() => total, (value) => { total = value; }] })
 *     earlier + 1                     $$_earlier.v + 1                   the newest declaration of that name
 *     earlier(2)                      (0, $$_earlier.v)(2)               without a `this`
 *     { earlier }                     { earlier: $$_earlier.v }
 *     import { f } from "m"; f()      (0, $$0.f)()                       $$0 = await $$load("m", ["f"])
 *     import("m")                     $$load("m", [])
 *     import.meta                     $$meta
 *     export const x = 1;             const x = 1;
 *     x * 2   (the last line)         return [x * 2];
 */
import ts from "typescript";
import { type Declared, declaredBy, isCell, statementsOf } from "./cell.ts";
import type { HelperNames } from "./helpers.ts";
import { type BoundFile, type Checker, internal } from "./internals.ts";

export interface ModuleUse {
  specifier: string;
  /** Names that the cell takes from the module by name. */
  names: string[];
}

/** `object` or `object.member`. */
export interface Reference {
  object: string;
  member?: string;
}

export interface CellScope {
  declared: Declared[];
  /** Imported names in terms of the modules, e.g. `f` → `$$0.f`. */
  imported: Map<string, Reference>;
  modules: ModuleUse[];
  /** Names of earlier cells that the cell uses; complete once the transformer has run. */
  used: Set<string>;
  transformer: ts.TransformerFactory<ts.SourceFile>;
}

/** @param earlier Every name that earlier cells declare. */
export function cellScope(
  cell: BoundFile,
  checker: Checker,
  names: HelperNames,
  earlier: ReadonlySet<string>,
): CellScope {
  const { modules, imported } = importedValues(cell, checker, names);
  const used = new Set<string>();
  const last = statementsOf(cell).at(-1);

  /** The expression that stands for an identifier from another cell or module; undefined for all others. */
  const replacement = (identifier: ts.Identifier, symbol: ts.Symbol | undefined): Reference | undefined => {
    const file = symbol?.declarations?.[0]?.getSourceFile() as BoundFile | undefined;
    if (!symbol || !file || !isCell(file)) return undefined;
    const { escapedName } = symbol;
    if (file.locals.get(escapedName) !== symbol && file.symbol?.exports?.get(escapedName) !== symbol)
      return undefined;
    if (file === cell) return imported.get(identifier.text);
    used.add(identifier.text);
    return { object: names.binding(identifier.text), member: "v" };
  };

  const transformer: ts.TransformerFactory<ts.SourceFile> = (context) => {
    const { factory } = context;
    const expression = ({ object, member }: Reference, original: ts.Node): ts.Expression => {
      const root = factory.createIdentifier(object);
      const access = () =>
        /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(member as string)
          ? factory.createPropertyAccessExpression(root, member as string)
          : factory.createElementAccessExpression(root, factory.createStringLiteral(member as string));
      return ts.setTextRange(member === undefined ? root : access(), original);
    };
    const mayCross = (name: string) => earlier.has(name) || imported.has(name);

    const visitIdentifier = (node: ts.Identifier): ts.Expression => {
      if (!mayCross(node.text) || !internal.isExpressionNode(node)) return node;
      const reference = replacement(node, checker.getSymbolAtLocation(node));
      if (!reference) return node;
      const value = expression(reference, node);
      const { parent } = node;
      const called =
        (ts.isCallExpression(parent) && parent.expression === node) ||
        (ts.isTaggedTemplateExpression(parent) && parent.tag === node);
      if (!called) return value;
      return factory.createParenthesizedExpression(
        factory.createComma(factory.createNumericLiteral(0), value),
      );
    };

    const visitShorthand = (node: ts.ShorthandPropertyAssignment): ts.Node => {
      const reference = mayCross(node.name.text)
        ? replacement(node.name, checker.getShorthandAssignmentValueSymbol(node))
        : undefined;
      const fallback = node.objectAssignmentInitializer;
      if (!reference) return ts.visitEachChild(node, visit, context);
      const value = expression(reference, node);
      const initializer = fallback
        ? factory.createAssignment(value, ts.visitNode(fallback, visit) as ts.Expression)
        : value;
      return factory.createPropertyAssignment(node.name, initializer);
    };

    const visit = (node: ts.Node): ts.Node => {
      if (ts.isIdentifier(node)) return visitIdentifier(node);
      if (ts.isShorthandPropertyAssignment(node)) return visitShorthand(node);
      if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return node;
      if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return node;
      if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword)
        return expression({ object: names.meta }, node);
      if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
        const args = node.arguments.slice(0, 1).map((arg) => ts.visitNode(arg, visit) as ts.Expression);
        const none = factory.createArrayLiteralExpression();
        return factory.createCallExpression(factory.createIdentifier(names.load), undefined, [...args, none]);
      }
      return ts.visitEachChild(node, visit, context);
    };

    const visitTop = (node: ts.Node): ts.VisitResult<ts.Node | undefined> => {
      if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return undefined;
      if (ts.isExportAssignment(node))
        return factory.createExpressionStatement(visit(node.expression) as ts.Expression);
      const visited = visit(withoutExport(node, factory));
      if (node !== last || !ts.isExpressionStatement(visited)) return visited;
      const value = factory.createArrayLiteralExpression([visited.expression]);
      return ts.setTextRange(factory.createReturnStatement(value), node);
    };
    return (file) => ts.visitEachChild(file, visitTop, context);
  };
  return { declared: declaredBy(cell), imported, modules, used, transformer };
}

function withoutExport(node: ts.Node, factory: ts.NodeFactory): ts.Node {
  const drop = (modifiers: readonly ts.ModifierLike[] | undefined) =>
    modifiers?.filter(
      ({ kind }) => kind !== ts.SyntaxKind.ExportKeyword && kind !== ts.SyntaxKind.DefaultKeyword,
    );
  if (!ts.canHaveModifiers(node) || !node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword))
    return node;
  if (ts.isVariableStatement(node))
    return factory.updateVariableStatement(node, drop(node.modifiers) as ts.Modifier[], node.declarationList);
  if (ts.isFunctionDeclaration(node)) {
    const { asteriskToken, name, typeParameters, parameters, type, body } = node;
    const modifiers = drop(node.modifiers);
    return factory.updateFunctionDeclaration(
      node,
      modifiers,
      asteriskToken,
      name ?? factory.createUniqueName("default"),
      typeParameters,
      parameters,
      type,
      body,
    );
  }
  if (ts.isClassDeclaration(node)) {
    const { typeParameters, heritageClauses, members } = node;
    const name = node.name ?? factory.createUniqueName("default");
    return factory.updateClassDeclaration(
      node,
      drop(node.modifiers),
      name,
      typeParameters,
      heritageClauses,
      members,
    );
  }
  if (ts.isEnumDeclaration(node))
    return factory.updateEnumDeclaration(node, drop(node.modifiers), node.name, node.members);
  if (ts.isModuleDeclaration(node))
    return factory.updateModuleDeclaration(node, drop(node.modifiers), node.name, node.body);
  return node;
}

/** The modules that must be loaded and what each imported value is in terms of them. */
function importedValues(cell: BoundFile, checker: Checker, helper: HelperNames) {
  const modules: ModuleUse[] = [];
  const imported = new Map<string, Reference>();
  for (const statement of cell.statements) {
    if (!ts.isImportDeclaration(statement)) continue;
    const clause = statement.importClause;
    if (clause?.phaseModifier === ts.SyntaxKind.TypeKeyword) continue;
    const module = helper.module(modules.length);
    const bindings = clause?.namedBindings;
    const named = bindings && ts.isNamedImports(bindings) ? bindings.elements : [];
    const names: string[] = [];
    let values = 0;
    const add = (name: ts.Identifier, exported: string | undefined) => {
      if (!isValue(name, checker)) return;
      values++;
      imported.set(
        name.text,
        exported === undefined ? { object: module } : { object: module, member: exported },
      );
      if (exported !== undefined) names.push(exported);
    };
    if (clause?.name) add(clause.name, "default");
    if (bindings && ts.isNamespaceImport(bindings)) add(bindings.name, undefined);
    for (const element of named)
      if (!element.isTypeOnly) add(element.name, (element.propertyName ?? element.name).text);
    if (clause && !values) continue; // only types were imported
    modules.push({ specifier: (statement.moduleSpecifier as ts.StringLiteral).text, names });
  }
  return { modules, imported };
}

function isValue(name: ts.Identifier, checker: Checker): boolean {
  const symbol = checker.getSymbolAtLocation(name);
  if (!symbol) return true;
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  return (target.flags & ts.SymbolFlags.Value) !== 0 || checker.isUnknownSymbol(target);
}
