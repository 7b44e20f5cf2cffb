/** The second step of tslab's compilation, ES module to CommonJS, with guards put in and positions kept. */
import { SourceMap } from "node:module";
import { basename } from "node:path";
import ts from "typescript";
import { guards } from "./guards.ts";

export interface Transpiled {
  /** Path of the TypeScript source, as the compiler's source map names it. */
  source: string;
  code: string;
  /** From a place in `code` to the one in the TypeScript source; lines and columns from 0. */
  original: SourceMap["findEntry"];
}

const INLINE_MAP = /\n?\/\/# sourceMappingURL=data:application\/json;base64,(\S+)\s*$/;

const OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.CommonJS,
  target: ts.ScriptTarget.ES2022,
  esModuleInterop: true,
  allowJs: true,
  sourceMap: true,
  newLine: ts.NewLineKind.LineFeed,
};

/** `module` is the compiler's output with an inline source map; `cell` is the number of the running cell. */
export function toCommonJs(module: string, cell: number): Transpiled {
  const inline = INLINE_MAP.exec(module)?.[1];
  const first = inline && JSON.parse(Buffer.from(inline, "base64").toString());
  const result = ts.transpileModule(module.replace(INLINE_MAP, ""), {
    fileName: "cell.cjs",
    compilerOptions: OPTIONS,
    transformers: { before: [guards(cell)] },
  });
  const toTypeScript = first && new SourceMap(first);
  const toModule = new SourceMap(JSON.parse(result.sourceMapText as string));
  return {
    source: basename(first?.sources[0] ?? ""),
    code: result.outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, ""),
    original: (line, column) => {
      const entry = toModule.findEntry(line, column);
      if (!("originalLine" in entry) || !toTypeScript) return entry;
      return toTypeScript.findEntry(entry.originalLine, entry.originalColumn);
    },
  };
}
