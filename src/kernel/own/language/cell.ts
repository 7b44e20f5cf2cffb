/**
 * A cell as a link of the scope chain:
 *
 *     globals ◄── Cell[1] ◄── Cell[2] ◄── Cell[3]
 *                 let a       let b       a + b        each ◄── is SourceFile.parent
 *
 * TypeScript looks a name up by walking `.parent` outwards. A source file normally has none; giving it the previous cell
 * makes earlier declarations visible, lets a later cell declare a name again (it shadows), and keeps every earlier cell
 * checked: a new cell costs its own lines only.
 */
import ts from "typescript";
import { type BoundFile, internal } from "./internals.ts";
import { TARGET } from "./options.ts";

/** Makes every cell a module, so that `await` and redeclaration are allowed. It stands on a line of its own. */
const MODULE_MARK = "\nexport {};";

const cells = new WeakSet<ts.Node>();

export const isCell = (file: ts.SourceFile): boolean => cells.has(file);

/** @param path Where the cell lies for imports: the notebook's folder and a name no file has. */
export function parseCell(
  code: string,
  path: string,
  previous: BoundFile | undefined,
  options: ts.CompilerOptions,
): BoundFile {
  const jsDocParsingMode = ts.JSDocParsingMode.ParseNone;
  const file = ts.createSourceFile(
    path,
    code + MODULE_MARK,
    { languageVersion: TARGET, jsDocParsingMode },
    true,
    ts.ScriptKind.TS,
  ) as BoundFile;
  // What createProgram would fill in, were the cell in a program.
  Object.assign(file, {
    path,
    resolvedPath: path,
    originalFileName: path,
    imports: [],
    moduleAugmentations: [],
    ambientModuleNames: [],
  });
  cells.add(file);
  internal.bindSourceFile(file, options);
  if (previous) Object.assign(file, { parent: previous });
  return file;
}

/** The cell's own statements, without the module mark. */
export function statementsOf(cell: BoundFile): ts.Statement[] {
  return cell.statements.slice(0, -1);
}

export function codeOf(cell: BoundFile): string {
  return cell.text.slice(0, -MODULE_MARK.length);
}

/** Names of modules that the cell imports, also through `import("literal")`. */
export function importsOf(cell: BoundFile): string[] {
  const names: string[] = [];
  const add = (name: ts.Node | undefined) => {
    if (name && ts.isStringLiteralLike(name)) names.push(name.text);
  };
  for (const statement of cell.statements)
    if (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement))
      add(statement.moduleSpecifier);
  const walk = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0]);
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal);
    ts.forEachChild(node, walk);
  };
  if (/\bimport\s*\(/.test(cell.text)) walk(cell);
  return [...new Set(names)];
}

/** Declarations that leave no trace at run time: types, and what is only declared. */
function isRuntime(declaration: ts.Declaration): boolean {
  if (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Ambient) return false;
  return !ts.isFunctionDeclaration(declaration) || declaration.body !== undefined;
}

export interface Declared {
  name: string;
  /** May a later cell assign to it? */
  writable: boolean;
}

const VALUES =
  ts.SymbolFlags.Variable |
  ts.SymbolFlags.Function |
  ts.SymbolFlags.Class |
  ts.SymbolFlags.RegularEnum |
  ts.SymbolFlags.ConstEnum |
  ts.SymbolFlags.ValueModule |
  ts.SymbolFlags.ExportValue;

/** The values that the cell adds to the scope, imports aside. */
export function declaredBy(cell: BoundFile): Declared[] {
  return [...cell.locals.values()]
    .filter((symbol) => symbol.flags & VALUES && symbol.declarations?.some(isRuntime))
    .map((symbol) => ({ name: symbol.name, writable: symbol.declarations?.some(isVariable) ?? false }));
}

function isVariable(declaration: ts.Declaration): boolean {
  if (!ts.isVariableDeclaration(declaration) && !ts.isBindingElement(declaration)) return false;
  return !(ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Constant);
}
