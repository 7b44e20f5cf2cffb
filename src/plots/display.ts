/**
 * Showing values where the program runs: a kernel installs a hook that sends MIME bundles to the notebook; without one
 * (plain Node, the command line) the text of the bundle goes to standard output.
 */
import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { type Bundle, ownBundle } from "./bundle.ts";
import { figureBundle, isFigure } from "./figure.ts";

type Hook = (bundle: Bundle, options?: { id?: string; update?: boolean }) => void;

const HOOK = Symbol.for("ringlab.display");

/** The kernel's hook, or undefined outside of a notebook. */
export function displayHook(): Hook | undefined {
  return (globalThis as { [HOOK]?: Hook })[HOOK];
}

/** A figure, a table or markup in all their types; anything else as Node prints it. */
export function bundleOf(value: unknown): Bundle {
  const bundle = isFigure(value) ? figureBundle(value) : ownBundle(value);
  if (bundle) return bundle;
  return { "text/plain": typeof value === "string" ? value : inspect(value) };
}

/**
 * Shows a figure, a table, markup or any value below the cell, or prints its text outside of a notebook.
 * @param options.id a name under which the output can be replaced later
 * @param options.update replaces what was shown under the id, instead of showing it once more
 */
export function display(value: unknown, options: { id?: string; update?: boolean } = {}): void {
  if (options.update && options.id === undefined)
    throw new TypeError("display: an update needs the id of what it replaces");
  const bundle = bundleOf(value);
  const hook = displayHook();
  if (hook) hook(bundle, options);
  else process.stdout.write(`${bundle["text/plain"]}\n`);
}

/** An output that can be replaced in its place. */
export interface Updatable {
  update(value: unknown): void;
}

/** Shows a value and returns the handle that replaces it, in a notebook in its place, elsewhere by printing again. */
export function updatable(value: unknown): Updatable {
  const id = randomUUID();
  display(value, { id });
  return { update: (next) => display(next, { id, update: true }) };
}
