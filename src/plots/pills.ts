/** Names as pills that flow like words: from left to right and then down. */

/** Pixels. */
export const PILL = { height: 18, gap: 5, character: 6.7, inset: 14, margin: 10 };

export interface Pill<T> {
  item: T;
  left: number;
  right: number;
  top: number;
}

/**
 * Lays items out in a column that begins at (x, y).
 * @param characters how many an item's text has
 * @returns the pills and the height that they take, margins included
 */
export function flow<T>(
  items: readonly T[],
  { x, y, width }: { x: number; y: number; width: number },
  characters: (item: T) => number,
): { pills: Pill<T>[]; height: number } {
  const pills: Pill<T>[] = [];
  let left = x + PILL.margin;
  let top = y + PILL.margin;
  for (const item of items) {
    const size = characters(item) * PILL.character + PILL.inset;
    if (left > x + PILL.margin && left + size > x + width - PILL.margin) {
      left = x + PILL.margin;
      top += PILL.height + PILL.gap;
    }
    pills.push({ item, left, right: left + size, top });
    left += size + PILL.gap;
  }
  return { pills, height: top + PILL.height + PILL.margin - y };
}
