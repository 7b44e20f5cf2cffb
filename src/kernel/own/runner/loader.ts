/**
 * What an import in a cell or in a local file gives:
 *
 *     "tslab"               our implementation of its API
 *     "ringlab/…"           this installation, wherever the notebook lies
 *     a local file          the System loader, with interrupts and the newest version
 *     everything else       Node's own import(), as seen from the notebook's folder
 */
import { join } from "node:path";
import type { LocalModule } from "../language/local.ts";
import { importFrom } from "./native.ts";
import { type Namespace, SystemLoader } from "./system.ts";
import * as tslab from "./tslab.ts";

/** Asks the checker what a computed specifier means. */
export type Locate = (
  specifier: string,
  from?: string,
) => Promise<{ target?: string; modules: LocalModule[] }>;

export class Loader {
  readonly #system: SystemLoader;
  readonly #locate: Locate;
  /** A file that stands for the cells: imports are seen from its folder. */
  readonly #cells: string;

  constructor(cwd: string, helpers: object, locate: Locate) {
    this.#cells = join(cwd, "cell.js");
    this.#locate = locate;
    this.#system = new SystemLoader(helpers, (specifier, from) => this.#foreign(specifier, from));
  }

  add(modules: readonly LocalModule[]): void {
    this.#system.add(modules);
  }

  /** @param targets What the cell's specifiers mean. @param names What the cell takes from the module by name. */
  async load(
    specifier: string,
    names: readonly string[],
    targets: Record<string, string>,
  ): Promise<Namespace> {
    const target = targets[specifier];
    const local = target !== undefined && this.#system.has(target);
    const found = local ? await this.#system.import(target) : await this.#foreign(specifier, this.#cells);
    return withNames(specifier, found, names);
  }

  async #foreign(specifier: string, from: string): Promise<Namespace> {
    if (specifier === "tslab") return tslab as unknown as Namespace;
    if (specifier === "ringlab" || specifier.startsWith("ringlab/")) return import(specifier);
    if (/^\.{0,2}\//.test(specifier)) {
      const { target, modules } = await this.#locate(specifier, from === this.#cells ? undefined : from);
      this.#system.add(modules);
      if (target !== undefined && this.#system.has(target)) return this.#system.import(target);
    }
    return importFrom(from, specifier);
  }
}

/** Names that Node does not find in a CommonJS module's exports before it runs are members of its default export. */
function withNames(specifier: string, found: Namespace, names: readonly string[]): Namespace {
  const missing = names.filter((name) => !(name in found));
  if (!missing.length) return found;
  const whole = found.default as Namespace | null | undefined;
  const absent = missing.find((name) => whole === null || whole === undefined || !(name in Object(whole)));
  if (absent !== undefined)
    throw new SyntaxError(`The module '${specifier}' does not provide an export named '${absent}'`);
  return { ...found, ...Object.fromEntries(missing.map((name) => [name, whole?.[name]])) };
}
