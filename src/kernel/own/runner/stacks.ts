/** Stack traces in terms of what the student wrote: cells and local files by their own lines, nothing of the kernel. */
import { SourceMap } from "node:module";

/** What a position in a script comes from; zero-based, as SourceMap's. */
export type Lookup = Pick<SourceMap, "findEntry">;

const maps = new Map<string, { json: string; map?: Lookup; source: string }>();

/** Registers the script that runs under `name`. Line 1 of its map is line 1 of its stack frames. */
export function registerScript(name: string, json: string, source: string): void {
  maps.set(name, { json, source });
}

/** The same for a script whose positions are found in another way than by one source map. */
export function registerLookup(name: string, map: Lookup, source: string): void {
  maps.set(name, { json: "", map, source });
}

export interface Place {
  file: string;
  /** 1-based. */
  line: number;
  column: number;
}

/** Where in the source a place of the running script comes from; undefined for code that we added. */
function original({ file, line, column }: Place): Place | undefined {
  const entry = maps.get(file);
  if (!entry) return { file, line, column };
  entry.map ??= new SourceMap(JSON.parse(entry.json));
  const found = entry.map.findEntry(line - 1, column - 1);
  if (line < 1 || !("originalLine" in found) || found.originalLine === undefined) return undefined;
  return { file, line: found.originalLine + 1, column: found.originalColumn + 1 };
}

export function sourceLine({ file, line }: Place): string | undefined {
  return maps.get(file)?.source.split("\n")[line - 1];
}

const RUNNER = new URL(".", import.meta.url).href;
const isOurs = (file: string) => file.startsWith(RUNNER) || /^node:(internal|vm)/.test(file);

function renderFrame(frame: NodeJS.CallSite): string | undefined {
  const file = frame.getFileName() ?? frame.getScriptNameOrSourceURL?.();
  if (!file) return `    at ${frame}`;
  if (isOurs(file)) return undefined;
  const place = { file, line: frame.getLineNumber() ?? 0, column: frame.getColumnNumber() ?? 0 };
  const mapped = original(place);
  if (!mapped) return undefined;
  const text = String(frame).replace(/eval at .*?\), /, "");
  const at = (to: Place) => `${to.file}:${to.line}:${to.column}`;
  return `    at ${cleanText(text.replace(at(place), at(mapped)))}`;
}

/** Emitted names back to the student's: `(0, $$_total.v)` → `total`, `$$0.readFileSync` → `readFileSync`. */
function cleanText(text: string): string {
  if (!text.includes("$$")) return text;
  return text
    .replace(/\(0 ?, ?(\${2,}[\w$.]+)\)/g, "$1")
    .replace(/\${2,}_([\w$]+)\.v\b/g, "$1")
    .replace(/\${2,}\d+\.([\w$]+)/g, "$1");
}

/** V8 names what could not be called or read as the emitted code spells it. */
export function cleanError(error: unknown): void {
  if (error instanceof Error && error.message.includes("$$")) error.message = cleanText(error.message);
}

/** From now on `error.stack` of every error in this thread is written by us. */
export function installStacks(): void {
  Error.stackTraceLimit = 30;
  Error.prepareStackTrace = (error, frames) => {
    const head = cleanText(Error.prototype.toString.call(error));
    const lines = frames.map(renderFrame).filter((line) => line !== undefined);
    return [head, ...lines].join("\n");
  };
}

/** The innermost place of the student's own code in a stack. */
export function firstPlace(stack: string): Place | undefined {
  for (const line of stack.split("\n")) {
    const [, file, row, column] = /^\s+at (?:.*\()?(.+?):(\d+):(\d+)\)?$/.exec(line) ?? [];
    if (file && maps.has(file)) return { file, line: Number(row), column: Number(column) };
  }
  return undefined;
}
