/** Node's own loader and compiler, for code that runs in the main context under a name of our choice. */
import vm from "node:vm";

/** Evaluates an expression whose first line is ours: line 1 of its stack frames is its second line. */
export function compile(js: string, filename: string): unknown {
  const importModuleDynamically = vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  return new vm.Script(js, { filename, lineOffset: -1, importModuleDynamically }).runInThisContext();
}

const importers = new Map<string, (specifier: string) => Promise<Record<string, unknown>>>();

/** `import(specifier)` as if it stood in the file `from`. */
export function importFrom(from: string, specifier: string): Promise<Record<string, unknown>> {
  let importer = importers.get(from);
  if (!importer) {
    importer = compile("(specifier) => import(specifier)", from) as typeof importer & {};
    importers.set(from, importer);
  }
  return importer(specifier);
}
