/** The one set of compiler options for cells and local files. */
import ts from "typescript";
import type { Installation } from "./io.ts";

export const TARGET = ts.ScriptTarget.ES2022;

export function checkOptions(installation: Installation): ts.CompilerOptions {
  return {
    strict: true,
    target: TARGET,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    moduleDetection: ts.ModuleDetectionKind.Force,
    lib: ["lib.esnext.d.ts"],
    types: ["node"],
    typeRoots: installation.typeRoots,
    skipLibCheck: true,
    noEmit: true,
    allowJs: true,
    resolveJsonModule: true,
    esModuleInterop: true,
    allowImportingTsExtensions: true,
    useDefineForClassFields: true,
  };
}

/** What the emitter turns a cell into: JavaScript that Node 20.19 runs, with a map back to the cell. */
export const EMIT_OPTIONS: ts.CompilerOptions = {
  target: TARGET,
  module: ts.ModuleKind.ESNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  useDefineForClassFields: true,
  isolatedModules: true,
  sourceMap: true,
};
