/** Type errors of a component. They cost no points, and often say at once what is wrong. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { type ComponentSource, placeOf } from "../../course/submission/place.ts";
import { ROOT } from "../../kernel/package.ts";

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ["lib.es2023.d.ts"],
  types: ["node"],
  strict: true,
  noUncheckedIndexedAccess: true,
  allowImportingTsExtensions: true,
  noEmit: true,
  skipLibCheck: true,
};

/** For people: a line each, or that there are none. */
export function typeErrors(source: ComponentSource): string {
  const host = ts.createCompilerHost(OPTIONS);
  // As if the component lay in the installation: there `ringlab/…` has a meaning.
  const folder = join(ROOT, "component");
  const own = new Map(
    [...source.files].map(([file, text]) => [join(folder, file).replace(/\.ipynb$/, ".ts"), { file, text }]),
  );
  const read = (path: string) => own.get(path)?.text ?? ts.sys.readFile(path);
  host.readFile = read;
  host.fileExists = (path) => own.has(path) || existsSync(path);
  host.getCurrentDirectory = () => ROOT;
  host.getSourceFile = (path, target) => {
    const text = read(path);
    return text === undefined ? undefined : ts.createSourceFile(path, text, target);
  };
  const program = ts.createProgram([...own.keys()], OPTIONS, host);
  const found = [...own.keys()].flatMap((path) => {
    const file = program.getSourceFile(path);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  });
  if (found.length === 0) return "No type errors.";
  const count = found.length === 1 ? "1 type error" : `${found.length} type errors`;
  return [`${count}:`, ...found.map((one) => `  ${describe(one)}`)].join("\n");

  function describe({ file, start, messageText }: ts.Diagnostic): string {
    const said = ts.flattenDiagnosticMessageText(messageText, "\n    ");
    const name = file && own.get(file.fileName)?.file;
    if (!file || name === undefined || start === undefined) return said;
    const { line, character } = file.getLineAndCharacterOfPosition(start);
    return `${placeOf(source, name, line + 1)}, column ${character + 1}: ${said}`;
  }
}
