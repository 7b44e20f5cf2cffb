/** JSON as people hand it over: a broken file is reported by line and column, whatever Node's own message says. */

export class JsonError extends Error {
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
  constructor(reason: string, line: number, column: number) {
    super(`${reason} at line ${line}, column ${column}`);
    this.name = "JsonError";
    this.line = line;
    this.column = column;
  }
}

const reasonOf = (text: string): string | undefined => {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};

/** "Unexpected token" is the one message without a position: find the shortest prefix that already has it. */
function unexpectedAt(text: string): number {
  let good = 0;
  let bad = text.length;
  while (good + 1 < bad) {
    const middle = (good + bad) >> 1;
    if (reasonOf(text.slice(0, middle))?.startsWith("Unexpected token")) bad = middle;
    else good = middle;
  }
  return bad - 1;
}

function positionOf(text: string, reason: string): number {
  const stated = /\bposition (\d+)/.exec(reason);
  if (stated) return Number(stated[1]);
  return reason.startsWith("Unexpected token") ? unexpectedAt(text) : text.length;
}

/** Throws JsonError. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = (error as Error).message;
    const before = text.slice(0, positionOf(text, reason)).split("\n");
    const plain = reason.replace(/,? (\.\.\.)?".*$/s, "").replace(/ in JSON.*$/s, "");
    throw new JsonError(plain, before.length, (before.at(-1) as string).length + 1);
  }
}
