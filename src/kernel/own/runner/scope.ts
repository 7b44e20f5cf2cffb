/**
 * The notebook's variables at run time. A cell's variables are ordinary JavaScript variables inside of its function; a
 * binding holds the pair of closures that reach them. A name has one binding for ever, so a function of an earlier cell
 * sees the newest declaration of a name from another cell.
 */
export type Accessors = [read: () => unknown, write?: (value: unknown) => void];

class Binding {
  accessors: Accessors;
  read: () => unknown;
  write: ((value: unknown) => void) | undefined;

  constructor(accessors: Accessors) {
    this.accessors = accessors;
    [this.read, this.write] = accessors;
  }

  set(accessors: Accessors): void {
    this.accessors = accessors;
    [this.read, this.write] = accessors;
  }

  /** The name under which emitted code reads and assigns (language/scope.ts). */
  get v(): unknown {
    return this.read();
  }

  set v(value: unknown) {
    if (!this.write) throw new TypeError("Assignment to constant variable.");
    this.write(value);
  }
}

export class Scope {
  readonly #bindings = new Map<string, Binding>();
  /** What the running cell declared, with the declaration that each name had before. */
  #journal: { name: string; before: Accessors | undefined }[] = [];

  bindings(names: readonly string[]): Record<string, Binding> {
    return Object.fromEntries(names.map((name) => [name, this.#bindings.get(name) as Binding]));
  }

  declare(declarations: Record<string, Accessors>): void {
    for (const [name, accessors] of Object.entries(declarations)) {
      const binding = this.#bindings.get(name);
      this.#journal.push({ name, before: binding?.accessors });
      if (binding) binding.set(accessors);
      else this.#bindings.set(name, new Binding(accessors));
    }
  }

  /**
   * The cell has ended. A cell that failed half way keeps what it initialised; a name that it only declared goes back to
   * its earlier declaration. Returns those names.
   */
  settle(): string[] {
    const lost = this.#journal.filter(({ name }) => !isInitialised(this.#bindings.get(name)));
    for (const { name, before } of lost) {
      if (before) this.#bindings.get(name)?.set(before);
      else this.#bindings.delete(name);
    }
    this.#journal = [];
    return lost.map(({ name }) => name);
  }
}

/** Reading a `let`, `const` or class before its declaration has run throws. */
function isInitialised(binding: Binding | undefined): boolean {
  try {
    binding?.read();
    return true;
  } catch {
    return false;
  }
}
