/**
 * The name that a user probably meant: the only one that begins so, or the one at the smallest Levenshtein distance,
 * when that is small enough to be a slip.
 */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  const begun = names.filter((name) => name.toLowerCase().startsWith(typed.toLowerCase()));
  if (typed.length > 1 && begun.length === 1) return begun[0];
  const ranked = names
    .map((name) => ({ name, distance: distance(typed.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(2, Math.ceil(best.name.length / 3)) ? best.name : undefined;
}

/** " Did you mean x?" or, when nothing is near, the names that there are. */
export function suggestion(typed: string, names: readonly string[]): string {
  const name = nearest(typed, names);
  return name ? `did you mean ${name}?` : `there are: ${names.join(", ") || "none"}`;
}

function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, previous[column]! + 1, current[column - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}
