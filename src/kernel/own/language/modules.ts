/** Module names to files: local files, packages seen from the notebook, and what our installation brings. */
import ts from "typescript";
import type { ResolvedModule } from "./internals.ts";
import type { Installation, Io } from "./io.ts";

export class Modules {
  readonly #io: Io;
  readonly #options: ts.CompilerOptions;
  readonly #installation: Installation;
  readonly #host: ts.ModuleResolutionHost;
  #cache!: ts.ModuleResolutionCache;

  constructor(io: Io, options: ts.CompilerOptions, installation: Installation) {
    this.#io = io;
    this.#options = options;
    this.#installation = installation;
    this.#host = {
      fileExists: (path) => io.stamp(path) !== undefined,
      readFile: (path) => io.readFile(path),
      directoryExists: (path) => io.directoryExists(path),
      realpath: (path) => io.realpath(path),
      getCurrentDirectory: () => io.cwd,
    };
    this.forget();
  }

  /** Forgets every answer, also "there is no such module". */
  forget(): void {
    const canonical = (path: string) => (this.#io.caseSensitive ? path : path.toLowerCase());
    this.#cache = ts.createModuleResolutionCache(this.#io.cwd, canonical, this.#options);
  }

  resolve(from: string, name: string): ResolvedModule {
    if (name === "tslab") return this.#found(this.#installation.tslab);
    const ours = name === "ringlab" || name.startsWith("ringlab/");
    const origin = ours ? `${this.#installation.root}/package.json` : from;
    const known = ts.resolveModuleName(name, origin, this.#options, this.#host, this.#cache);
    if (known.resolvedModule) return known;
    // A module that was missing may have been written or installed since: ask without the cache.
    return ts.resolveModuleName(name, origin, this.#options, this.#host);
  }

  #found(resolvedFileName: string): ResolvedModule {
    const extension = resolvedFileName.endsWith(".d.ts") ? ".d.ts" : ".ts";
    const resolvedModule = { resolvedFileName, extension, isExternalLibraryImport: true };
    return { resolvedModule, failedLookupLocations: [] } as unknown as ResolvedModule;
  }
}
