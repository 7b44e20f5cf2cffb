/** What may stand at the cursor. */
import ts from "typescript";
import { type BoundFile, internal } from "./internals.ts";
import type { LivingProgram } from "./program.ts";

export interface CompletionList {
  matches: { name: string; kind: string }[];
  /** UTF-16 units: what the matches replace. */
  start: number;
  end: number;
}

const NEVER: ts.CancellationToken = {
  isCancellationRequested: () => false,
  throwIfCancellationRequested: () => {},
};

/** Members and variables before keywords; a list can be thousands long, the front end shows a few. */
const LIMIT = 500;

export function complete(cell: BoundFile, position: number, living: LivingProgram): CompletionList {
  const { io, options, program } = living;
  const host = {
    getCurrentDirectory: () => io.cwd,
    getCompilationSettings: () => options,
    fileExists: (path: string) => io.stamp(path) !== undefined,
    readFile: (path: string) => io.readFile(path),
    directoryExists: (path: string) => io.directoryExists(path),
    getScriptVersion: () => "1",
    getProjectVersion: () => "1",
    useCaseSensitiveFileNames: () => io.caseSensitive,
  };
  const found = internal.Completions.getCompletionsAtPosition(
    host,
    program,
    () => {},
    cell,
    position,
    {},
    undefined,
    ts.CompletionTriggerKind.Invoked,
    NEVER,
  );
  const before = cell.text.slice(0, position);
  const span = found?.optionalReplacementSpan;
  const typed = /[\p{ID_Continue}$#]*$/u.exec(before)?.[0] ?? "";
  const start = span && span.start <= position ? span.start : position - typed.length;
  const prefix = cell.text.slice(start, position);
  const end = position;
  if (!found) return { matches: [], start, end };
  const ranked = found.entries
    .filter(({ name }) => name.toLowerCase().startsWith(prefix.toLowerCase()))
    .map((entry) => ({ name: entry.name, kind: entry.kind, rank: rank(entry, prefix) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1));
  const matches = ranked.slice(0, LIMIT).map(({ name, kind }) => ({ name, kind }));
  return { matches, start, end };
}

/** Same case first, then TypeScript's own order (locals, members, globals, keywords), then the alphabet. */
function rank(entry: ts.CompletionEntry, prefix: string): string {
  const sameCase = entry.name.startsWith(prefix) ? "0" : "1";
  const own = entry.name.startsWith("_") ? "1" : "0";
  return `${sameCase}${entry.sortText}${own}${entry.name}`;
}
