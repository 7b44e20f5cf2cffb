/**
 * The project's TypeScript dressed as the fork that tslab 1.0.22 brings (@tslab/typescript-for-tslab 5.0.4): the six
 * functions that the fork adds, strict options, and resolution by package exports. tslab loads this in place of the fork.
 */
import { isBuiltin } from "node:module";
import { dirname } from "node:path";
import ts from "typescript";
import { ROOT } from "../package.ts";
import { isOurs, requireHere } from "./installation.ts";
import type { LocalFiles } from "./local-files.ts";

/** What TypeScript exports but does not declare. */
interface Internals {
  getTouchingPropertyName(file: ts.SourceFile, position: number): ts.Node;
  getContainerNode(node: ts.Node): ts.Node | undefined;
  SymbolDisplay: {
    getSymbolModifiers(checker: ts.TypeChecker, symbol: ts.Symbol): string;
    getSymbolDisplayPartsDocumentationAndSymbolKind(
      checker: ts.TypeChecker,
      symbol: ts.Symbol,
      file: ts.SourceFile,
      enclosing: ts.Node | undefined,
      node: ts.Node,
    ): { symbolKind: string } & Pick<ts.QuickInfo, "displayParts" | "documentation" | "tags">;
  };
  Completions: { getCompletionsAtPosition(host: object, program: ts.Program, ...rest: unknown[]): unknown };
}
const internals = ts as unknown as Internals;

/** TS1308, "await is only allowed within async functions": the fork reports it for top-level await, tslab looks for it. */
const TOP_LEVEL_AWAIT = 1308;
const AWAIT_TEXT = "top-level await";

function topLevelAwaits(file: ts.SourceFile): number[] {
  const starts: number[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isModuleDeclaration(node)) return;
    if (ts.isAwaitExpression(node)) starts.push(node.getStart(file));
    else if (ts.isForOfStatement(node) && node.awaitModifier) starts.push(node.awaitModifier.getStart(file));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return starts;
}

const isCell = (file: ts.SourceFile): boolean => /__tslab__\.[tj]s$/.test(file.fileName);

function getPreEmitDiagnosticsOfFiles(program: ts.Program, files: readonly ts.SourceFile[]): ts.Diagnostic[] {
  const found = files.flatMap((file) => [
    ...program.getSyntacticDiagnostics(file),
    ...program.getSemanticDiagnostics(file),
    ...program.getDeclarationDiagnostics(file),
  ]);
  const awaits = files.filter(isCell).flatMap((file) =>
    topLevelAwaits(file).map((start) => ({
      file,
      start,
      length: "await".length,
      code: TOP_LEVEL_AWAIT,
      category: ts.DiagnosticCategory.Error,
      messageText: AWAIT_TEXT,
    })),
  );
  return [...ts.sortAndDeduplicateDiagnostics([...found, ...awaits])];
}

function getQuickInfoAtPosition(
  file: ts.SourceFile,
  checker: ts.TypeChecker,
  _cancellation: unknown,
  position: number,
): ts.QuickInfo | undefined {
  const touched = internals.getTouchingPropertyName(file, position);
  if (touched === file) return undefined;
  const isConstructed = ts.isNewExpression(touched.parent) && touched.pos === touched.parent.pos;
  const node = isConstructed ? (touched.parent as ts.NewExpression).expression : touched;
  const textSpan = ts.createTextSpan(node.getStart(file), node.getWidth(file));
  const symbol = checker.getSymbolAtLocation(node);
  if (!symbol || checker.isUnknownSymbol(symbol)) {
    const text = checker.typeToString(checker.getTypeAtLocation(node));
    const displayParts = [{ text, kind: "text" }];
    return { kind: ts.ScriptElementKind.unknown, kindModifiers: "", textSpan, displayParts };
  }
  const enclosing = internals.getContainerNode(node);
  const { symbolKind, ...shown } = internals.SymbolDisplay.getSymbolDisplayPartsDocumentationAndSymbolKind(
    checker,
    symbol,
    file,
    enclosing,
    node,
  );
  const kindModifiers = internals.SymbolDisplay.getSymbolModifiers(checker, symbol);
  return { kind: symbolKind as ts.ScriptElementKind, kindModifiers, textSpan, ...shown };
}

function getCompletionsAtPositionForTslab(host: object, program: ts.Program, ...rest: unknown[]): unknown {
  const needed = {
    getCurrentDirectory: () => process.cwd(),
    getCompilationSettings: () => program.getCompilerOptions(),
  };
  return internals.Completions.getCompletionsAtPosition({ ...needed, ...host }, program, ...rest);
}

/** What replaces tslab's own settings; what it needs to keep (outDir, rootDir, declaration, allowJs) stays. */
const OPTIONS: ts.CompilerOptions = {
  strict: true,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.esnext.d.ts"],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  rewriteRelativeImportExtensions: true,
  types: ["node"],
  typeRoots: [dirname(dirname(requireHere.resolve("@types/node/package.json")))],
  inlineSourceMap: true,
};

/** Options of the fork that the real compiler does not know. */
const FORK_OPTIONS = ["noImplicitUseStrict", "disableTopLevelAwait"];

const settings = (given: ts.CompilerOptions): ts.CompilerOptions => ({
  ...Object.fromEntries(Object.entries(given).filter(([name]) => !FORK_OPTIONS.includes(name))),
  ...OPTIONS,
});

type WatchHost = ts.WatchCompilerHostOfFilesAndCompilerOptions<ts.EmitAndSemanticDiagnosticsBuilderProgram>;

/**
 * Looks names up, ours from this installation. What packages were found is remembered: tslab builds a program for every
 * cell, and the declarations of Node alone import hundreds of modules. What a cell did not find may be there the next time.
 */
function resolveFromHere(host: WatchHost): void {
  const known = new Map<string, ts.ResolvedModuleWithFailedLookupLocations>();
  host.resolveModuleNameLiterals = (literals, containing, redirect, options) =>
    literals.map(({ text: name }) => {
      const from = isOurs(name) ? `${ROOT}/notebook.ts` : containing;
      const key = `${dirname(from)}\n${name}`;
      const before = known.get(key);
      if (before) return before;
      const resolved = ts.resolveModuleName(name, from, options, host, undefined, redirect);
      const foreign = from.includes("/node_modules/") || isBuiltin(name);
      const installed = resolved.resolvedModule !== undefined && !name.startsWith(".");
      if (foreign || installed) known.set(key, resolved);
      return resolved;
    });
}

export interface CompilerHooks {
  /** The second step of a compilation: gets what the first step made of a cell or of a local file. */
  toCommonJs: (module: string) => string;
  onDiagnostics: (found: readonly ts.Diagnostic[]) => void;
}

/** Replaces `@tslab/typescript-for-tslab`. */
export function dressedTypeScript(files: LocalFiles, { toCommonJs, onDiagnostics }: CompilerHooks): unknown {
  const createWatchCompilerHost = (
    roots: string[],
    options: ts.CompilerOptions,
    system: ts.System,
    ...rest: [undefined, ts.DiagnosticReporter, ts.WatchStatusReporter]
  ): WatchHost => {
    const host = ts.createWatchCompilerHost<ts.EmitAndSemanticDiagnosticsBuilderProgram>(
      roots,
      settings(options),
      system,
      ...rest,
    );
    resolveFromHere(host);
    return host;
  };
  return {
    ...ts,
    __esModule: true,
    sys: files.system,
    createWatchCompilerHost,
    getPreEmitDiagnosticsOfFiles: (program: ts.Program, changed: readonly ts.SourceFile[]) => {
      const found = getPreEmitDiagnosticsOfFiles(program, changed);
      onDiagnostics(found.filter(({ messageText }) => messageText !== AWAIT_TEXT));
      return found;
    },
    getQuickInfoAtPosition,
    getNullTransformationContext: () => undefined, // the default of visitEachChild since TypeScript 5.3
    getDefaultTypeRoots: () => [],
    Completions: { ...internals.Completions, getCompletionsAtPositionForTslab },
    transpileModule: (module: string) => ({ outputText: toCommonJs(module) }),
  };
}
