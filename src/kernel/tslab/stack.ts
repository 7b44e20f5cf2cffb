/** Stack traces that speak of cells: positions of compiled code become those of the TypeScript that was typed. */
import type { Position, Transpiled } from "./transpile.ts";

interface Source {
  /** What a frame shows for it. */
  label: string;
  /** 1-based line and column of the compiled script → those of the source. */
  original: (position: Position) => Position | undefined;
}

/** Compiled scripts by the file name that the engine gave them. */
const sources = new Map<string, Source>();

/** tslab puts one line before a cell's source. */
const LINES_BEFORE_CELL = 1;

export const cellFile = (cell: number): string => `Cell[${cell}]`;

/** @param prefix Characters that stand before the code on its first line. */
export function registerCell(cell: number, { original }: Transpiled, prefix: number): void {
  sources.set(cellFile(cell), {
    label: cellFile(cell),
    original: ({ line, column }) => {
      const found = original({ line: line - 1, column: line === 1 ? column - 1 - prefix : column - 1 });
      return found && { line: found.line + 1 - LINES_BEFORE_CELL, column: found.column + 1 };
    },
  });
}

export function registerFile(path: string, label: string, { original }: Transpiled): void {
  sources.set(path, {
    label,
    original: ({ line, column }) => {
      const found = original({ line: line - 1, column: column - 1 });
      return found && { line: found.line + 1, column: found.column + 1 };
    },
  });
}

function frame(site: NodeJS.CallSite): string {
  const file = site.getFileName() ?? "";
  const source = sources.get(file);
  const line = site.getLineNumber();
  const column = site.getColumnNumber();
  const found = source && line !== null && column !== null && source.original({ line, column });
  return found
    ? `${site}`.replace(`${file}:${line}:${column}`, `${source.label}:${found.line}:${found.column}`)
    : `${site}`;
}

/**
 * Frames of the kernel itself say nothing to a student: the trace ends where the cell begins. tslab wraps a cell in a
 * function that it calls at once, so the cell's own frame is followed by one of the call.
 */
function ownFrames(sites: NodeJS.CallSite[]): NodeJS.CallSite[] {
  const isOurs = (site: NodeJS.CallSite | undefined) =>
    site !== undefined && sources.has(site.getFileName() ?? "");
  const outermost = sites.findLastIndex(isOurs);
  if (outermost < 0) return sites;
  const wrapped = sites[outermost]?.isEval() === false && isOurs(sites[outermost - 1]);
  return sites.slice(0, wrapped ? outermost : outermost + 1);
}

/** From now on every `error.stack` is mapped when it is made. */
export function installStackTraces(): void {
  Error.prepareStackTrace = (error, sites) => {
    const head = Error.prototype.toString.call(error);
    return [head, ...ownFrames(sites).map((site) => `    at ${frame(site)}`)].join("\n");
  };
}
