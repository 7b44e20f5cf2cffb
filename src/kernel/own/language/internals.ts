/**
 * Every use of TypeScript that its public declarations do not cover, in one place. This is why package.json pins the
 * version exactly: these functions exist in 5.9 and 6.0, and no longer in 7.
 */
import ts from "typescript";

/** A bound source file. `locals` is the scope that a cell adds to the chain. */
export interface BoundFile extends ts.SourceFile {
  locals: Map<ts.__String, ts.Symbol>;
  symbol?: ts.Symbol;
  imports?: readonly ts.StringLiteralLike[];
  parseDiagnostics: readonly ts.DiagnosticWithLocation[];
  bindDiagnostics: readonly ts.DiagnosticWithLocation[];
  version?: string;
}

export type ResolvedModule = ts.ResolvedModuleWithFailedLookupLocations;

export interface Checker extends ts.TypeChecker {
  getDiagnostics(file: ts.SourceFile): ts.Diagnostic[];
  getEmitResolver(file: ts.SourceFile, token: undefined, skipDiagnostics: boolean): object;
}

/** The part of a program that the checker and the emitter ask and that cells must answer differently. */
export interface Program extends ts.Program {
  getResolvedModule(file: ts.SourceFile, name: string, mode: ts.ResolutionMode): ResolvedModule | undefined;
  getResolvedModuleFromModuleSpecifier(
    specifier: ts.StringLiteralLike,
    file: ts.SourceFile,
  ): ResolvedModule | undefined;
  getModeForUsageLocation(file: ts.SourceFile, usage: ts.StringLiteralLike): ts.ResolutionMode;
  getEmitModuleFormatOfFile(file: ts.SourceFile): ts.ModuleKind;
}

interface CompletionsInternal {
  getCompletionsAtPosition(
    host: object,
    program: ts.Program,
    log: () => void,
    file: ts.SourceFile,
    position: number,
    preferences: ts.UserPreferences,
    triggerCharacter: undefined,
    kind: ts.CompletionTriggerKind,
    token: ts.CancellationToken,
  ): ts.CompletionInfo | undefined;
}

interface SymbolDisplayInternal {
  getSymbolDisplayPartsDocumentationAndSymbolKind(
    checker: ts.TypeChecker,
    symbol: ts.Symbol,
    file: ts.SourceFile,
    enclosing: ts.Node | undefined,
    location: ts.Node,
  ): { displayParts: ts.SymbolDisplayPart[] };
}

export const internal = ts as unknown as {
  createTypeChecker(host: ts.Program): Checker;
  bindSourceFile(file: ts.SourceFile, options: ts.CompilerOptions): void;
  isExpressionNode(node: ts.Node): boolean;
  getTouchingPropertyName(file: ts.SourceFile, position: number): ts.Node;
  Completions: CompletionsInternal;
  SymbolDisplay: SymbolDisplayInternal;
  emitFiles(
    resolver: object,
    host: object,
    file: ts.SourceFile,
    transformers: { scriptTransformers: readonly unknown[]; declarationTransformers: readonly unknown[] },
  ): void;
  getTransformers(
    options: ts.CompilerOptions,
    custom: ts.CustomTransformers,
  ): { scriptTransformers: readonly unknown[]; declarationTransformers: readonly unknown[] };
};
