/** A place in the bundle → the line that the student wrote. */
import { SourceMap } from "node:module";
import { placeOf } from "../../src/course/submission/place.ts";
import type { Submission } from "../intake/submission.ts";

const COMMENT = "//# sourceMappingURL=data:application/json;base64,";

/**
 * Reads the source map at the end of a bundle.
 * @param code what `bundle` returned
 * @returns for a line and column of the bundle, both from 1: `component.ts, line 12`, or undefined where nobody of the
 * class wrote that line
 */
export function locator(
  code: string,
  submission: Pick<Submission, "cells" | "entry" | "files">,
): (line: number, column: number) => string | undefined {
  // The last one is esbuild's own; a string of the student may look like one.
  const start = code.lastIndexOf(COMMENT) + COMMENT.length;
  const map = new SourceMap(JSON.parse(Buffer.from(code.slice(start), "base64").toString()));
  return (line, column) => {
    const entry = map.findEntry(line - 1, column - 1);
    if (!("originalSource" in entry)) return undefined;
    const file = entry.originalSource.replace(/^submission:/, "");
    return submission.files.has(file) ? placeOf(submission, file, entry.originalLine + 1) : undefined;
  };
}

/**
 * The innermost line of a stack trace that the student wrote. The trace may come from a sandbox: it is only searched for
 * numbers.
 * @param file name under which the bundle ran: "submission.mjs"
 */
export function locateStack(
  stack: string,
  file: string,
  locate: (line: number, column: number) => string | undefined,
): string | undefined {
  for (const frame of stack.slice(0, 20_000).split("\n").slice(0, 50)) {
    const found = /([^/\\\s(]+?)(?:\?[^:\s]*)?:(\d{1,7}):(\d{1,7})\)?\s*$/.exec(frame.slice(-500));
    if (found?.[1] !== file) continue;
    const place = locate(Number(found[2]), Number(found[3]));
    if (place !== undefined) return place;
  }
  return undefined;
}
