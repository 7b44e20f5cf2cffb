/** A checked cell or local file to JavaScript that the runner can start. */
import ts from "typescript";
import { codeOf } from "./cell.ts";
import { guards } from "./guards.ts";
import { type HelperNames, helperNames, helperPattern } from "./helpers.ts";
import { type BoundFile, internal } from "./internals.ts";
import { EMIT_OPTIONS } from "./options.ts";
import type { LivingProgram } from "./program.ts";
import { type CellScope, cellScope, type ModuleUse, type Reference } from "./scope.ts";

/** JavaScript whose first line is ours: line 2 and on come from the source, as `map` tells. */
export interface Script {
  js: string;
  /** Source map (revision 3, JSON) of the lines after the first. */
  map: string;
  source: string;
}

export interface CellScript extends Script {
  /** Names of earlier cells that the cell uses. */
  uses: string[];
  /** Values that the cell adds to the scope. */
  declares: string[];
}

/** Emits a cell that has no errors. The script is an expression: a function of the helpers that gives an async function. */
export function emitCell(cell: BoundFile, living: LivingProgram, earlier: ReadonlySet<string>): CellScript {
  const source = codeOf(cell);
  const names = helperNames(source);
  const scope = cellScope(cell, living.checker, names, earlier);
  const { js, map } = emitFile(cell, living, [scope.transformer, guards(names)]);
  const bindings = [...scope.used].map((name) => `${name}: ${names.binding(name)}`).join(", ");
  const pattern = `{ ${helperPattern(names)}, bindings: { ${bindings} }, require, __filename, __dirname }`;
  const opening = `"use strict"; (({ ${pattern.slice(2)}) => async function () { ${accessors(scope, names)} ${loads(scope.modules, names)}`;
  const declares = [...scope.declared.map(({ name }) => name), ...scope.imported.keys()];
  return { js: `${opening}\n${js}\n})`, map, source, uses: [...scope.used], declares };
}

function accessors(scope: CellScope, names: HelperNames): string {
  const own = scope.declared.map(({ name, writable }) =>
    writable ? `${name}: [() => ${name}, ($) => { ${name} = $; }]` : `${name}: [() => ${name}]`,
  );
  const text = ({ object, member }: Reference) =>
    member === undefined ? object : `${object}[${JSON.stringify(member)}]`;
  const foreign = [...scope.imported].map(([name, reference]) => `${name}: [() => ${text(reference)}]`);
  const all = [...own, ...foreign];
  return all.length ? `${names.declare}({ ${all.join(", ")} });` : "";
}

function loads(modules: readonly ModuleUse[], names: HelperNames): string {
  return modules
    .map(
      ({ specifier, names: wanted }, index) =>
        `const ${names.module(index)} = await ${names.load}(${JSON.stringify(specifier)}, ${JSON.stringify(wanted)});`,
    )
    .join(" ");
}

/** The cell's own tree through TypeScript's emitter: no second parse, no second checker. */
function emitFile(
  cell: BoundFile,
  { checker, program, io }: LivingProgram,
  before: ts.TransformerFactory<ts.SourceFile>[],
): { js: string; map: string } {
  const output = { js: "", map: "" };
  const host = {
    ...program,
    getCompilerOptions: () => EMIT_OPTIONS,
    getCurrentDirectory: () => io.cwd,
    getCanonicalFileName: (path: string) => path,
    useCaseSensitiveFileNames: () => io.caseSensitive,
    getCommonSourceDirectory: () => io.cwd,
    getSourceFiles: () => [cell],
    isSourceFileFromExternalLibrary: () => false,
    isSourceOfProjectReferenceRedirect: () => false,
    getRedirectFromSourceFile: () => undefined,
    isEmitBlocked: () => false,
    shouldTransformImportCall: () => false,
    writeFile: (path: string, text: string) => {
      if (path.endsWith(".map")) output.map = text;
      else output.js = text;
    },
  };
  const resolver = checker.getEmitResolver(cell, undefined, true);
  internal.emitFiles(resolver, host, cell, internal.getTransformers(EMIT_OPTIONS, { before }));
  // The emitter marks what it wrote as a module, and links the map; inside a function neither may stand.
  output.js = output.js.replace(/^\/\/# sourceMappingURL=.*$/m, "").replace(/export \{\};\s*$/, "");
  return output;
}

/**
 * Emits a local file as a System.register call: the one module format that keeps live bindings, circles and top-level
 * await outside of a JavaScript engine's own loader.
 */
export function emitModule(file: ts.SourceFile): Script {
  const names = helperNames(file.text);
  const { outputText, sourceMapText = "" } = ts.transpileModule(file.text, {
    fileName: file.fileName,
    compilerOptions: {
      ...EMIT_OPTIONS,
      module: ts.ModuleKind.System,
      ignoreDeprecations: "6.0",
      esModuleInterop: true,
      allowJs: true,
    },
    transformers: { before: [guards(names)] },
  });
  const js = outputText.replace(/^\/\/# sourceMappingURL=.*$/m, "");
  const opening = `"use strict"; (System, { ${helperPattern(names)} }, require, __filename, __dirname) => {`;
  return { js: `${opening}\n${js}\n}`, map: sourceMapText, source: file.text };
}
