/**
 * Local files as modules: a small System.register loader. Each file is linked (its imports found), then evaluated after
 * what it imports; circles see each other's live exports, as in ECMAScript. A changed file and all that import it are
 * loaded anew by the next import.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import type { LocalModule } from "../language/local.ts";
import { compile } from "./native.ts";
import { registerScript } from "./stacks.ts";

export type Namespace = Record<string, unknown>;

interface Registration {
  setters: ((namespace: Namespace) => void)[];
  execute: () => void | Promise<void>;
}

type Declare = (
  exporter: (name: string | Namespace, value?: unknown) => unknown,
  context: object,
) => Registration;

interface Loaded {
  path: string;
  namespace: Namespace;
  /** In the order of `registration.setters`. */
  dependencies: (Loaded | string)[];
  registration: Registration;
  importers: ((namespace: Namespace) => void)[];
  evaluation: Promise<void> | undefined;
}

/** Loads what is not a local file, for `from`. */
export type LoadForeign = (specifier: string, from: string) => Promise<Namespace>;

export class SystemLoader {
  readonly #sources = new Map<string, LocalModule>();
  readonly #loaded = new Map<string, Loaded>();
  readonly #helpers: object;
  readonly #foreign: LoadForeign;

  constructor(helpers: object, foreign: LoadForeign) {
    this.#helpers = helpers;
    this.#foreign = foreign;
  }

  /** Takes files in; forgets their earlier versions and everything that imports those, also through others. */
  add(modules: readonly LocalModule[]): void {
    const stale = new Set<string>();
    const mark = (path: string): void => {
      if (stale.has(path)) return;
      stale.add(path);
      for (const { path: importer, targets } of this.#sources.values())
        if (Object.values(targets).includes(path)) mark(importer);
    };
    for (const { path } of modules) mark(path);
    for (const path of stale) this.#loaded.delete(path);
    for (const module of modules) this.#sources.set(module.path, module);
  }

  has(path: string): boolean {
    return path.endsWith(".json") || this.#sources.has(path);
  }

  target(from: string, specifier: string): string | undefined {
    return this.#sources.get(from)?.targets[specifier];
  }

  async import(path: string): Promise<Namespace> {
    if (path.endsWith(".json")) return { default: JSON.parse(readFileSync(path, "utf8")) };
    const module = this.#link(path);
    await this.#evaluate(module, new Set());
    return module.namespace;
  }

  #link(path: string): Loaded {
    const known = this.#loaded.get(path);
    if (known) return known;
    const { script, targets } = this.#sources.get(path) as LocalModule;
    registerScript(path, script.map, script.source);
    const factory = compile(script.js, path) as (...args: unknown[]) => void;
    const namespace: Namespace = Object.create(null, { [Symbol.toStringTag]: { value: "Module" } });
    const importers: Loaded["importers"] = [];
    let specifiers: string[] = [];
    let registration: Registration = { setters: [], execute: () => {} };
    const exporter = (name: string | Namespace, value?: unknown): unknown => {
      if (typeof name === "string") namespace[name] = value;
      else Object.assign(namespace, name);
      for (const tell of importers) tell(namespace);
      return typeof name === "string" ? value : name;
    };
    const register = (names: string[], declare: Declare): void => {
      specifiers = names;
      registration = declare(exporter, this.#context(path));
    };
    factory({ register }, this.#helpers, createRequire(path), path, dirname(path));
    const module: Loaded = {
      path,
      namespace,
      importers,
      registration,
      dependencies: [],
      evaluation: undefined,
    };
    this.#loaded.set(path, module);
    module.dependencies = specifiers.map((specifier, index) => {
      const target = targets[specifier];
      if (!target || !this.#sources.has(target)) return specifier;
      const dependency = this.#link(target);
      const setter = registration.setters[index] as Registration["setters"][number];
      dependency.importers.push(setter);
      setter(dependency.namespace);
      return dependency;
    });
    return module;
  }

  #context(path: string): object {
    const load = async (specifier: string): Promise<Namespace> => {
      const target = this.target(path, specifier);
      return target && this.has(target) ? this.import(target) : this.#foreign(specifier, path);
    };
    const url = pathToFileURL(path).href;
    return { id: path, import: load, meta: { url, filename: path, dirname: dirname(path) } };
  }

  /** @param chain The modules that wait for this one: a circle does not wait for itself. */
  #evaluate(module: Loaded, chain: ReadonlySet<Loaded>): Promise<void> {
    if (chain.has(module)) return Promise.resolve();
    module.evaluation ??= this.#run(module, new Set([...chain, module])).catch((error) => {
      this.#loaded.delete(module.path); // the next import tries again
      throw error;
    });
    return module.evaluation;
  }

  async #run(module: Loaded, chain: ReadonlySet<Loaded>): Promise<void> {
    for (const [index, dependency] of module.dependencies.entries()) {
      if (typeof dependency !== "string") await this.#evaluate(dependency, chain);
      else {
        const target = this.target(module.path, dependency);
        const found = target?.endsWith(".json")
          ? await this.import(target)
          : await this.#foreign(dependency, module.path);
        module.registration.setters[index]?.(found);
      }
    }
    await module.registration.execute();
  }
}
