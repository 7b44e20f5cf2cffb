/** A notebook as the checker sees it: cells in the order in which they ran. */
import ts from "typescript";
import { importsOf, isCell, parseCell } from "./cell.ts";
import { type CompletionList, complete } from "./completion.ts";
import { type Diagnostic, toDiagnostic } from "./diagnostics.ts";
import { type CellScript, emitCell } from "./emit.ts";
import { type Inspection, inspect } from "./inspection.ts";
import type { BoundFile } from "./internals.ts";
import type { Installation, Io } from "./io.ts";
import { type LocalModule, LocalModules } from "./local.ts";
import { LivingProgram } from "./program.ts";

export type Checked =
  | { ok: false; diagnostics: Diagnostic[] }
  | ({ ok: true; modules: LocalModule[]; targets: Record<string, string> } & CellScript);

const WARM_CELLS = [
  `import { readFileSync } from "node:fs"; interface Point { x: number; label?: string }
   const warm = [1, 2, 3].map((x): Point => ({ x, label: String(x) })); const table = new Map<string, number>();
   class Counter<T> { #count = 0; constructor(readonly of: T) {} next(): number { return ++this.#count; } }`,
  `for (const { x } of warm) { table.set(\`\${x}\`, x); console.log(x.toFixed(2), await Promise.resolve(x)); }
   try { new Counter("a").next(); } catch (error) { console.error(error); }
   warm.filter((point) => point.x > 1)`,
];

export class Session {
  readonly #living: LivingProgram;
  readonly #locals: LocalModules;
  #last: BoundFile | undefined;
  #checked: { cell: BoundFile; declares: string[] } | undefined;
  #names = new Set<string>();
  #count = 0;

  constructor(io: Io, installation: Installation) {
    this.#living = new LivingProgram(io, installation);
    this.#locals = new LocalModules(this.#living);
  }

  /** Checks a cell against the scope so far. It joins the scope only with `commit`. */
  check(code: string): Checked {
    const cell = this.#parse(code);
    this.#checked = undefined;
    const fail = (found: readonly ts.Diagnostic[]): Checked => ({
      ok: false,
      diagnostics: found.map((diagnostic) => toDiagnostic(diagnostic, cell)),
    });
    if (cell.parseDiagnostics.length) return fail(cell.parseDiagnostics);
    const imports = importsOf(cell);
    this.#living.update(cell.fileName, imports);
    const locals = this.#locals.reachable(cell.fileName, imports);
    const errors = [...this.#diagnose(cell), ...locals.flatMap((file) => this.#diagnoseLocal(file))].filter(
      ({ category, file }) => category === ts.DiagnosticCategory.Error && file,
    );
    if (errors.length) return fail(errors);
    const script = emitCell(cell, this.#living, this.#names);
    this.#checked = { cell, declares: script.declares };
    const targets = this.#locals.targets(cell.fileName, imports);
    return { ok: true, ...script, modules: this.#locals.changed(locals), targets };
  }

  /**
   * The checked cell has run: its declarations join the scope.
   * @param lost Values that it declared but did not get as far as to initialise; these names keep their earlier meaning.
   */
  commit(lost: readonly string[] = []): void {
    if (!this.#checked) return;
    const { cell, declares } = this.#checked;
    for (const name of lost) cell.locals.delete(ts.escapeLeadingUnderscores(name));
    for (const name of declares) if (!lost.includes(name)) this.#names.add(name);
    this.#last = cell;
    this.#checked = undefined;
  }

  /** Forgets all cells: the process that held their values has ended. */
  reset(): void {
    this.#last = undefined;
    this.#checked = undefined;
    this.#names = new Set();
    this.#locals.reset();
  }

  /** The notebook lies in another folder than the one the session was made for. */
  moveTo(cwd: string): void {
    this.#living.moveTo(cwd);
  }

  /** Runs the checker over what cells usually hold, so that the first real cell finds it done; then forgets it. */
  warm(): void {
    for (const code of WARM_CELLS) {
      const checked = this.check(code);
      if (!checked.ok) throw new Error(`warm-up: ${checked.diagnostics[0]?.message} in ${code}`);
      this.commit();
    }
    this.reset(); // no completion here: it sorts by Intl.Collator, which a start-up snapshot cannot hold
  }

  /** What `import(specifier)` with a computed specifier means; `from` is a local file or undefined for a cell. */
  locate(specifier: string, from?: string): { target: string | undefined; modules: LocalModule[] } {
    const importer = from ?? this.#cellPath();
    this.#living.update(importer, [specifier]);
    const locals = this.#locals.reachable(importer, [specifier]);
    const target = this.#locals.targets(importer, [specifier])[specifier];
    return { target, modules: this.#locals.changed(locals) };
  }

  /** @param position UTF-16 units. */
  complete(code: string, position: number): CompletionList {
    return complete(this.#parseWithImports(code), position, this.#living);
  }

  /** @param position UTF-16 units. */
  inspect(code: string, position: number): Inspection | undefined {
    return inspect(this.#parseWithImports(code), position, this.#living);
  }

  #cellPath(): string {
    return `${this.#living.io.cwd}/Cell[${this.#count}].ts`;
  }

  #parse(code: string): BoundFile {
    this.#count++;
    return parseCell(code, this.#cellPath(), this.#last, this.#living.options);
  }

  #parseWithImports(code: string): BoundFile {
    const cell = this.#parse(code);
    this.#living.update(cell.fileName, importsOf(cell));
    return cell;
  }

  #diagnose(cell: BoundFile): ts.Diagnostic[] {
    return [...cell.bindDiagnostics, ...this.#living.checker.getDiagnostics(cell)].filter(
      // An error can be found in an earlier cell, such as a variable whose type nobody can tell: it was reported there.
      ({ file }) => file === cell || !file || !isCell(file),
    );
  }

  #diagnoseLocal(file: ts.SourceFile): readonly ts.Diagnostic[] {
    const { program, checker } = this.#living;
    const syntactic = program.getSyntacticDiagnostics(file);
    return syntactic.length || /\.[cm]?jsx?$/.test(file.fileName) ? syntactic : checker.getDiagnostics(file);
  }
}
