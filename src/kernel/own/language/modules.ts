/** Module names to files: local files, packages seen from the notebook, and what our installation brings. */
import ts from "typescript";
import type { ResolvedModule } from "./internals.ts";
import type { Installation, Io } from "./io.ts";

export class Modules {
  readonly #io: Io;
  readonly #options: ts.CompilerOptions;
  readonly #installation: Installation;
  readonly #host: ts.ModuleResolutionHost;
  cache!: ts.ModuleResolutionCache;

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
    this.cache = ts.createModuleResolutionCache(this.#io.cwd, canonical, this.#options);
  }

  /** Also finds what was written or installed since the last look; "there is none" is asked anew each time. */
  resolve(from: string, name: string): ResolvedModule {
    const known = this.resolveCached(from, name);
    return known.resolvedModule ? known : this.#ask(from, name, undefined);
  }

  resolveCached(from: string, name: string): ResolvedModule {
    if (name === "tslab") return this.resolveFile(this.#installation.tslab);
    return this.#ask(from, name, this.cache);
  }

  #ask(from: string, name: string, cache: ts.ModuleResolutionCache | undefined): ResolvedModule {
    const ours = name === "ringlab" || name.startsWith("ringlab/");
    const origin = ours ? `${this.#installation.root}/package.json` : from;
    return ts.resolveModuleName(name, origin, this.#options, this.#host, cache);
  }

  /** The answer for a module whose file is known. */
  resolveFile(resolvedFileName: string): ResolvedModule {
    const extension = /\.d\.[cm]?ts$|\.[^./]+$/.exec(resolvedFileName)?.[0];
    const isExternalLibraryImport = resolvedFileName.includes("/node_modules/");
    const resolvedModule = { resolvedFileName, extension, isExternalLibraryImport };
    return { resolvedModule, failedLookupLocations: [] } as unknown as ResolvedModule;
  }
}
