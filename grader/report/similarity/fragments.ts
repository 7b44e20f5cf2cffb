/** Pieces of code that two submissions share, as lines of both. */
import type { FingerprintIndex } from "@dodona/dolos-core";
import type { Document, Line } from "./document.ts";

export interface Fragment {
  left: readonly Line[];
  right: readonly Line[];
  /** Of the left side. */
  tokens: number;
}

interface Span {
  from: number;
  to: number;
}

/** Longest first; no line stands in two of them. */
export function fragments(index: FingerprintIndex, left: Document, right: Document): Fragment[] {
  const taken: { left: Span; right: Span }[] = [];
  const found = index
    .getPair(left.tokenized, right.tokenized)
    .buildFragments()
    .map((fragment) => ({
      left: { from: fragment.leftSelection.startRow, to: fragment.leftSelection.endRow },
      right: { from: fragment.rightSelection.startRow, to: fragment.rightSelection.endRow },
      tokens: fragment.pairs.at(-1)!.left.stop - fragment.pairs[0]!.left.start + 1,
    }))
    .sort(
      (one, other) =>
        other.tokens - one.tokens || one.left.from - other.left.from || one.right.from - other.right.from,
    );
  return found.flatMap(({ left: a, right: b, tokens }) => {
    if (taken.some((other) => overlap(other.left, a) || overlap(other.right, b))) return [];
    taken.push({ left: a, right: b });
    return [{ left: left.lines.slice(a.from, a.to + 1), right: right.lines.slice(b.from, b.to + 1), tokens }];
  });
}

const overlap = (one: Span, other: Span) => one.from <= other.to && other.from <= one.to;
