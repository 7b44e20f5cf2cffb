/** Submissions that pairs connect, directly or through others. */

export function clusters(pairs: readonly { left: string; right: string }[]): string[][] {
  const neighbours = new Map<string, string[]>();
  const connect = (from: string, to: string) => neighbours.set(from, [...(neighbours.get(from) ?? []), to]);
  for (const { left, right } of pairs) {
    connect(left, right);
    connect(right, left);
  }
  const seen = new Set<string>();
  const found: string[][] = [];
  for (const start of [...neighbours.keys()].sort()) {
    if (seen.has(start)) continue;
    seen.add(start);
    const group = [start];
    // The list grows while it is walked.
    for (const member of group)
      for (const next of neighbours.get(member)!)
        if (!seen.has(next)) {
          seen.add(next);
          group.push(next);
        }
    found.push(group.sort());
  }
  return found.sort((one, other) => other.length - one.length || (one[0]! < other[0]! ? -1 : 1));
}
