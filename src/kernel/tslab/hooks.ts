/** What tslab gets when it asks Node for modules: our TypeScript, a `vm` that names cells, packages that any cell may use. */
import Module, { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import vm from "node:vm";
import ts from "typescript";
import { type Diagnostic, toDiagnostic } from "../own/language/diagnostics.ts";
import { IMPORT } from "./guards.ts";
import { isOurs, requireHere } from "./installation.ts";
import { type Interrupts, KeyboardInterrupt } from "./interrupt.ts";
import { LocalFiles } from "./local-files.ts";
import { cellFile, installStackTraces, LINES_BEFORE_CELL, registerCell, registerFile } from "./stack.ts";
import { type Transpiled, toCommonJs } from "./transpile.ts";
import { dressedTypeScript } from "./typescript.ts";

type Load = (request: string, parent: NodeModule | undefined, isMain: boolean) => unknown;
/** Node's CommonJS loader; `_load` is what `require` calls, and tools have relied on it for a decade. */
const loader = Module as unknown as { _load: Load };

const TSLAB_FOLDER = requireHere.resolve("tslab/package.json").replace(/package\.json$/, "");
const CELL_SOURCE = "__tslab__.ts";

/** Packages that only `import` reaches: their exports name nothing else, or something in them awaits at its top level. */
const IMPORT_ONLY = ["ERR_REQUIRE_ASYNC_MODULE", "ERR_REQUIRE_ESM", "ERR_PACKAGE_PATH_NOT_EXPORTED"];
const needsImport = (error: unknown): boolean =>
  IMPORT_ONLY.includes((error as NodeJS.ErrnoException)?.code ?? "");

export class Hooks {
  readonly #interrupts: Interrupts;
  readonly #files = new LocalFiles();
  readonly #require = createRequire(join(process.cwd(), "cell.js"));
  readonly #import: (specifier: string) => Promise<object>;
  /** Namespaces of packages that were imported because they cannot be required. */
  readonly #namespaces = new Map<string, object>();
  #cell = 0;
  #source = "";
  /** What the compiler said about the cell that was converted last. */
  diagnostics: Diagnostic[] = [];
  #compiled: Transpiled | undefined;

  constructor(interrupts: Interrupts) {
    this.#interrupts = interrupts;
    this.#import = vm.runInThisContext("(specifier) => import(specifier)", {
      filename: join(process.cwd(), "cell.js"),
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    this.#hookLoader();
    installStackTraces();
    interrupts.install();
    Object.defineProperty(globalThis, IMPORT, {
      value: (specifier: string) => this.#dynamicImport(specifier),
    });
  }

  #hookLoader(): void {
    const load = loader._load;
    const typescript = dressedTypeScript(this.#files, {
      toCommonJs: (module) => this.#transpile(module),
      onDiagnostics: (found) => {
        this.diagnostics = complaints(found);
      },
    });
    const namedVm = { ...vm, runInThisContext: (code: string, options: object) => this.#run(code, options) };
    loader._load = (request, parent, isMain) => {
      if (parent?.filename?.startsWith(TSLAB_FOLDER)) {
        if (request === "@tslab/typescript-for-tslab") return typescript;
        if (request === "vm") return namedVm;
      }
      const namespace = this.#namespaces.get(request);
      if (namespace) return namespace;
      const ours = request !== "tslab" && isOurs(request);
      return load.call(Module, ours ? requireHere.resolve(request) : request, parent, isMain);
    };
  }

  #transpile(module: string): string {
    const compiled = toCommonJs(module, this.#cell);
    if (compiled.source === CELL_SOURCE) this.#compiled = compiled;
    else {
      const path = join(process.cwd(), compiled.source);
      registerFile(path.replace(/\.tsx?$/, ".js"), compiled, "");
    }
    return compiled.code;
  }

  /** tslab runs a cell by this; its wrapper stands before the code on the first line. */
  #run(code: string, options: object): unknown {
    const compiled = this.#compiled;
    if (!compiled || !code.includes(compiled.code)) return vm.runInThisContext(code, options);
    this.#compiled = undefined;
    if (this.#interrupts.asked) throw KeyboardInterrupt.nowhere();
    registerCell(this.#cell, compiled, code.indexOf(compiled.code), this.#source);
    const settings = { ...options, filename: cellFile(this.#cell), displayErrors: false };
    return this.#interrupts.whileBusy(() => vm.runInThisContext(code, settings));
  }

  /** Before each cell: edited files are noticed, and packages that cannot be required are imported. */
  async prepare(code: string, cell: number): Promise<void> {
    this.#cell = cell;
    this.#source = code;
    this.diagnostics = [];
    this.refresh();
    for (const specifier of importedPackages(code)) {
      if (this.#namespaces.has(specifier)) continue;
      try {
        (isOurs(specifier) ? requireHere : this.#require)(specifier);
      } catch (error) {
        // Any other error will be met by the cell itself, where it belongs.
        if (needsImport(error)) this.#namespaces.set(specifier, interop(await this.#nativeImport(specifier)));
      }
    }
  }

  refresh(): void {
    this.#files.refresh();
  }

  #nativeImport(specifier: string): Promise<object> {
    return this.#import(isOurs(specifier) ? pathToFileURL(requireHere.resolve(specifier)).href : specifier);
  }

  /** `import(…)` in a cell: local TypeScript comes from tslab, all else from Node. */
  async #dynamicImport(specifier: string): Promise<unknown> {
    if (!/^\.\.?\//.test(specifier)) return this.#nativeImport(specifier);
    const { require } = (globalThis as unknown as { __tslab__: { require: (id: string) => unknown } })
      .__tslab__;
    try {
      return require(specifier);
    } catch (error) {
      if (needsImport(error)) return this.#nativeImport(specifier);
      throw error;
    }
  }
}

/** Of the cell and of local files, as our own kernel words them; tslab's line before the cell is taken off. */
function complaints(found: readonly ts.Diagnostic[]): Diagnostic[] {
  const local = found.filter(({ file }) => file?.fileName.startsWith(process.cwd()));
  return local.map((diagnostic) => {
    const file = diagnostic.file as ts.SourceFile;
    const said = toDiagnostic(diagnostic, file);
    if (file.fileName.endsWith(CELL_SOURCE)) return { ...said, line: said.line - LINES_BEFORE_CELL };
    return { ...said, file: file.fileName };
  });
}

/** A namespace as `require` would give it: TypeScript's output looks at `__esModule`. */
function interop(namespace: object): object {
  const exports = Object.create(null, { __esModule: { value: true } });
  for (const name of Object.keys(namespace))
    Object.defineProperty(exports, name, { enumerable: true, get: () => Reflect.get(namespace, name) });
  return exports;
}

/** Names of packages that a cell imports for their values. */
function importedPackages(code: string): string[] {
  return ts
    .createSourceFile("cell.ts", code, ts.ScriptTarget.Latest)
    .statements.filter((statement) => ts.isImportDeclaration(statement))
    .filter(({ importClause }) => importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword)
    .map(({ moduleSpecifier }) => (moduleSpecifier as ts.StringLiteral).text)
    .filter((name) => !/^\.|^node:|^tslab$/.test(name));
}
