/** The local files that cells import: which ones, what they import in turn, and which the runner must load anew. */
import type ts from "typescript";
import { emitModule, type Script } from "./emit.ts";
import type { BoundFile } from "./internals.ts";
import type { LivingProgram } from "./program.ts";

export interface LocalModule {
  path: string;
  /** Specifier as written → path of the local file that it means; other specifiers are packages. */
  targets: Record<string, string>;
  script: Script;
}

export class LocalModules {
  readonly #living: LivingProgram;
  /** What the runner has: path → parsed file that was sent. */
  #sent = new Map<string, ts.SourceFile>();

  constructor(living: LivingProgram) {
    this.#living = living;
  }

  reset(): void {
    this.#sent.clear();
  }

  /** Local TypeScript and JavaScript files that `imports` lead to, directly or through others. */
  reachable(importer: string, imports: readonly string[]): ts.SourceFile[] {
    const seen = new Set<ts.SourceFile>();
    const visit = (file: ts.SourceFile | undefined): void => {
      if (!file || seen.has(file) || !this.#living.isLocal(file) || isJson(file)) return;
      seen.add(file);
      for (const dependency of this.#living.dependencies(file)) visit(dependency);
    };
    for (const name of imports) {
      const path = this.#living.resolve(importer, name).resolvedModule?.resolvedFileName;
      if (path) visit(this.#living.program.getSourceFile(path));
    }
    return [...seen];
  }

  /** Specifiers that mean local files, with their paths. */
  targets(importer: string, names: readonly string[]): Record<string, string> {
    const found: Record<string, string> = {};
    for (const name of names) {
      const path = this.#living.resolve(importer, name).resolvedModule?.resolvedFileName;
      const file = path && this.#living.program.getSourceFile(path);
      if (file && this.#living.isLocal(file)) found[name] = path;
    }
    return found;
  }

  /** Those of `files` that the runner does not have in this version. */
  changed(files: readonly ts.SourceFile[]): LocalModule[] {
    const news = files.filter((file) => this.#sent.get(file.fileName) !== file);
    return news.map((file) => {
      this.#sent.set(file.fileName, file);
      const names = ((file as BoundFile).imports ?? []).map((name) => name.text);
      return { path: file.fileName, targets: this.targets(file.fileName, names), script: emitModule(file) };
    });
  }
}

function isJson(file: ts.SourceFile): boolean {
  return file.fileName.endsWith(".json");
}
