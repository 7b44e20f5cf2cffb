/**
 * The program and the checker that outlive cells. The program holds libraries, packages and local files; cells are not
 * in it: they hang on the checker by their parents (cell.ts). Both are rebuilt only when a cell imports a module that is
 * not in the program yet or when a local file has changed; the parsed files are kept.
 */
import ts from "typescript";
import { isCell } from "./cell.ts";
import { Files } from "./files.ts";
import { GLOBALS } from "./globals.ts";
import { type BoundFile, type Checker, internal, type Program, type ResolvedModule } from "./internals.ts";
import type { Installation, Io } from "./io.ts";
import { Modules } from "./modules.ts";
import { checkOptions } from "./options.ts";

export class LivingProgram {
  readonly options: ts.CompilerOptions;
  readonly io: Io;
  program!: Program;
  checker!: Checker;
  readonly #files: Files;
  readonly #modules: Modules;
  readonly #host: ts.CompilerHost;
  readonly #roots: string[];
  /**
   * A file that imports everything that cells import. Were these roots of the program, each new one would make
   * TypeScript resolve every import of every file again.
   */
  readonly #hub: string;
  #wanted = new Set<string>();
  /** Imports that led nowhere when the program was built, as [file, name]. */
  #missing: [string, string][] = [];

  constructor(io: Io, installation: Installation) {
    this.io = io;
    this.options = checkOptions(installation);
    this.#files = new Files(io, installation);
    this.#modules = new Modules(io, this.options, installation);
    const globals = `${installation.root}/globals.d.ts`;
    this.#files.addVirtual(globals, GLOBALS);
    this.#hub = `${installation.root}/imports.ts`;
    this.#files.addVirtual(this.#hub, "export {};");
    this.#roots = [globals, this.#hub];
    this.#host = this.#createHost(installation);
    this.#build();
  }

  moveTo(cwd: string): void {
    this.io.cwd = cwd;
    this.#modules.forget();
  }

  resolve(from: string, name: string): ResolvedModule {
    return this.#modules.resolve(from, name);
  }

  isLocal(file: ts.SourceFile): boolean {
    return !isCell(file) && !file.isDeclarationFile && this.#files.isLocal(file.fileName);
  }

  /** The files that `file` imports, as far as they exist. */
  dependencies(file: ts.SourceFile): ts.SourceFile[] {
    const names = (file as BoundFile).imports ?? [];
    return names
      .map((name) => this.program.getResolvedModuleFromModuleSpecifier(name, file)?.resolvedModule)
      .map((found) => found && this.program.getSourceFile(found.resolvedFileName))
      .filter((found) => found !== undefined);
  }

  /** Brings the program up to date with the disk and with what a cell imports. */
  update(importer: string, names: readonly string[]): void {
    const appeared = this.#missing.some(([file, name]) => this.resolve(file, name).resolvedModule);
    if (appeared) this.#modules.forget();
    const added = names
      .map((name) => this.resolve(importer, name).resolvedModule)
      .filter((found) => found !== undefined && !this.program.getSourceFile(found.resolvedFileName))
      .map((found) => found?.resolvedFileName as string)
      .filter((path) => this.#files.isLocal(path) || !/\.[cm]?jsx?$/.test(path));
    if (!added.length && !appeared && !this.#files.changed()) return;
    for (const path of added) this.#wanted.add(path);
    for (const path of this.#wanted) if (this.io.stamp(path) === undefined) this.#wanted.delete(path);
    const imports = [...this.#wanted].map((path) => `import ${JSON.stringify(path)};`);
    this.#files.addVirtual(this.#hub, `${imports.join("\n")}\nexport {};`);
    this.#build(appeared ? undefined : this.program);
  }

  #build(oldProgram?: ts.Program): void {
    const { options } = this;
    const built = ts.createProgram({
      rootNames: this.#roots,
      options,
      host: this.#host,
      oldProgram,
    }) as Program;
    // Cells are not in the program: what the checker asks about them is answered here.
    this.program = {
      ...built,
      getResolvedModule: (file, name, mode) =>
        isCell(file) ? this.resolve(file.fileName, name) : built.getResolvedModule(file, name, mode),
      getResolvedModuleFromModuleSpecifier: (specifier, file) =>
        isCell(file)
          ? this.resolve(file.fileName, specifier.text)
          : built.getResolvedModuleFromModuleSpecifier(specifier, file),
      getModeForUsageLocation: (file, usage) =>
        isCell(file) ? ts.ModuleKind.ESNext : built.getModeForUsageLocation(file, usage),
      getEmitModuleFormatOfFile: (file) =>
        isCell(file) ? ts.ModuleKind.ESNext : built.getEmitModuleFormatOfFile(file),
      getTypeChecker: () => this.checker,
    };
    this.checker = internal.createTypeChecker(this.program);
    this.#missing = this.#findMissing();
  }

  #findMissing(): [string, string][] {
    return this.program
      .getSourceFiles()
      .filter((file) => this.isLocal(file))
      .flatMap((file) =>
        ((file as BoundFile).imports ?? [])
          .filter((name) => !this.program.getResolvedModuleFromModuleSpecifier(name, file)?.resolvedModule)
          .map((name): [string, string] => [file.fileName, name.text]),
      );
  }

  #createHost({ libFolder }: Installation): ts.CompilerHost {
    const { io } = this;
    return {
      getSourceFile: (path) => this.#files.get(path),
      getDefaultLibFileName: () => `${libFolder}/lib.d.ts`,
      getDefaultLibLocation: () => libFolder,
      writeFile: () => {},
      getCurrentDirectory: () => io.cwd,
      getCanonicalFileName: (path) => (io.caseSensitive ? path : path.toLowerCase()),
      useCaseSensitiveFileNames: () => io.caseSensitive,
      getNewLine: () => "\n",
      fileExists: (path) => io.stamp(path) !== undefined,
      readFile: (path) => io.readFile(path),
      directoryExists: (path) => io.directoryExists(path),
      getDirectories: () => [],
      realpath: (path) => io.realpath(path),
      resolveModuleNameLiterals: (names, from) =>
        names.map(({ text }) =>
          from === this.#hub ? this.#modules.resolveFile(text) : this.#modules.resolveCached(from, text),
        ),
      getModuleResolutionCache: () => this.#modules.cache,
      jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
    };
  }
}
