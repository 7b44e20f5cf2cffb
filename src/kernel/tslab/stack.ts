/** Stack traces that speak of cells: positions of compiled code become those of the TypeScript that was typed. */
import { installStacks, registerLookup } from "../own/runner/stacks.ts";
import type { Transpiled } from "./transpile.ts";

/** tslab puts one line before a cell's source. */
export const LINES_BEFORE_CELL = 1;

export const cellFile = (cell: number): string => `Cell[${cell}]`;

const scripts = new Set<string>();

/** No entry: code that neither the student nor a local file wrote. */
const NOWHERE = {} as ReturnType<Transpiled["original"]>;

/** @param prefix Characters that stand before the code on its first line. */
export function registerCell(cell: number, compiled: Transpiled, prefix: number, source: string): void {
  scripts.add(cellFile(cell));
  const findEntry = (line: number, column: number) => {
    const found = compiled.original(line, line === 0 ? column - prefix : column);
    if (!("originalLine" in found)) return NOWHERE;
    return { ...found, originalLine: found.originalLine - LINES_BEFORE_CELL };
  };
  registerLookup(cellFile(cell), { findEntry }, source);
}

export function registerFile(path: string, compiled: Transpiled, source: string): void {
  scripts.add(path);
  registerLookup(path, { findEntry: compiled.original }, source);
}

/**
 * Frames of the kernel itself say nothing to a student: the trace ends where the cell begins. tslab wraps a cell in a
 * function that it calls at once, so the cell's own frame is followed by one of the call.
 */
function ownFrames(sites: NodeJS.CallSite[]): NodeJS.CallSite[] {
  const isOurs = (site: NodeJS.CallSite | undefined) => scripts.has(site?.getFileName() ?? "");
  const outermost = sites.findLastIndex(isOurs);
  if (outermost < 0) return sites;
  return sites.slice(0, isOurs(sites[outermost - 1]) ? outermost : outermost + 1);
}

/** From now on every `error.stack` is mapped when it is made. */
export function installStackTraces(): void {
  installStacks();
  const write = Error.prepareStackTrace;
  Error.prepareStackTrace = (error, sites) => write?.(error, ownFrames(sites));
}
