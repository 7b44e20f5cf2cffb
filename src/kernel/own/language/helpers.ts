/**
 * The names under which generated code finds the runner's helpers (runner/helpers.ts gives them). All begin with a
 * prefix that occurs nowhere in the student's text.
 */
export interface HelperNames {
  /** Int32Array; its element 0 is not zero while an interrupt waits. */
  flag: string;
  /** Throws KeyboardInterrupt. */
  stop: string;
  /** () → number of interrupts so far. */
  epoch: string;
  /** (epoch before the await, value) → value; throws when an interrupt came in between. */
  resume: string;
  /** AsyncIterable → the same, interruptible. */
  each: string;
  /** First statement of every catch clause: lets KeyboardInterrupt through. */
  caught: string;
  /** (specifier, names) → the module's namespace. */
  load: string;
  /** Stands for `import.meta`. */
  meta: string;
  /** Adds the cell's declarations to the scope. */
  declare: string;
  /** The binding of an earlier cell's `name`. */
  binding(name: string): string;
  /** The namespace of the cell's import number `index`. */
  module(index: number): string;
}

export function helperNames(text: string): HelperNames {
  let prefix = "$$";
  while (text.includes(prefix)) prefix += "$";
  return {
    flag: `${prefix}flag`,
    stop: `${prefix}stop`,
    epoch: `${prefix}epoch`,
    resume: `${prefix}resume`,
    each: `${prefix}each`,
    caught: `${prefix}caught`,
    load: `${prefix}load`,
    meta: `${prefix}meta`,
    declare: `${prefix}declare`,
    binding: (name) => `${prefix}_${name}`,
    module: (index) => `${prefix}${index}`,
  };
}

/** The pattern that takes the helpers out of the one object that the runner passes. */
export function helperPattern(names: HelperNames): string {
  const plain = ["flag", "stop", "epoch", "resume", "each", "caught", "load", "meta", "declare"] as const;
  return plain.map((key) => `${key}: ${names[key]}`).join(", ");
}
