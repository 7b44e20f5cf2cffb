/**
 * Assemblies that `npm run build` made, so that no start of a program must make them again. They are modules of dist; those of the sources
 * are empty, and what is not found is assembled.
 */
import type { Assembly } from "./assemble.ts";

export interface Kept {
  /** What it was made of: a text, or a digest of texts. */
  readonly source: string;
  /** The assembly as JSON. */
  readonly made: string;
}

/** By a name of the module's own. */
export type KeptAssemblies = Readonly<Record<string, Kept>>;

export function keep(source: string, { bytes, origin, symbols, lines, notes }: Assembly): Kept {
  const text = btoa(String.fromCharCode(...bytes));
  return { source, made: JSON.stringify({ origin, lines, notes, bytes: text, symbols: [...symbols] }) };
}

/** Undefined where there is none of that name, or it was made of something else. */
export function kept(all: KeptAssemblies, name: string, source: string): Assembly | undefined {
  const one = all[name];
  if (one?.source !== source) return undefined;
  const { bytes, symbols, ...rest } = JSON.parse(one.made);
  return {
    ...rest,
    bytes: Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0)),
    symbols: new Map(symbols),
  };
}
