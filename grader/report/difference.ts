/** Two event sequences, line by line. */

export interface Pair {
  /** From 1. */
  number: number;
  expected: string | undefined;
  actual: string | undefined;
  kind: "same" | "first" | "after";
}

/** Index of the first line in which they differ; undefined when they read the same. */
export function firstDifference(expected: readonly string[], actual: readonly string[]): number | undefined {
  const length = Math.max(expected.length, actual.length);
  for (let index = 0; index < length; index++) if (expected[index] !== actual[index]) return index;
  return undefined;
}

export interface Window {
  pairs: readonly Pair[];
  /** Lines left out before and after. Those before are the same on both sides. */
  before: number;
  after: number;
}

/** The lines around the first difference; from the start when there is none. */
export function around(
  expected: readonly string[],
  actual: readonly string[],
  { before, after }: { before: number; after: number },
): Window {
  const length = Math.max(expected.length, actual.length);
  const astray = firstDifference(expected, actual) ?? length;
  const centre = Math.min(astray, length - 1);
  const from = astray === length ? 0 : Math.max(0, centre - before);
  const to = Math.min(length, (astray === length ? 0 : centre) + after + 1);
  const pairs = Array.from({ length: to - from }, (_, offset): Pair => {
    const index = from + offset;
    const kind = index < astray ? "same" : index === astray ? "first" : "after";
    return { number: index + 1, expected: expected[index], actual: actual[index], kind };
  });
  return { pairs, before: from, after: length - to };
}

/** A pair of lines cut where they begin and cease to differ, at the borders of words. */
export interface Contrast {
  head: string;
  expected: string;
  actual: string;
  tail: string;
}

/** Undefined when the lines have too little in common for a mark to help. */
export function contrast(expected: string, actual: string): Contrast | undefined {
  const [one, other] = [words(expected), words(actual)];
  const most = Math.min(one.length, other.length);
  let head = 0;
  while (head < most && one[head] === other[head]) head++;
  let tail = 0;
  while (tail < most - head && one.at(-1 - tail) === other.at(-1 - tail)) tail++;
  const text = (list: string[], from: number, to: number) => list.slice(from, to).join("");
  const found = {
    head: text(one, 0, head),
    expected: text(one, head, one.length - tail),
    actual: text(other, head, other.length - tail),
    tail: text(one, one.length - tail, one.length),
  };
  const common = found.head.length + found.tail.length;
  return common * 3 >= Math.max(expected.length, actual.length) ? found : undefined;
}

const words = (line: string) => line.match(/\w+|\s+|[^\w\s]/g) ?? [];
