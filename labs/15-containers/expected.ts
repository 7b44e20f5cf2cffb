/** What is right, as naively as it can be said; not the reference solution. */
import type { Found } from "./component.ts";
import {
  type Accounts,
  type Asked,
  type Ids,
  type Pids,
  showChange,
  showCharge,
  showId,
  showPid,
  showRefill,
  showSeen,
} from "./scenarios.ts";

/** From the top down, with the names in step. */
export function expectedPids({ parents, process, asked }: Pids): string[] {
  const line = [process.namespace];
  for (let above = parents[line[0]!]!; above !== null; above = parents[above]!) line.unshift(above);
  const named = new Map(line.map((namespace, level) => [namespace, process.pids[level]!]));
  return asked.map((namespace) => showPid(namespace, named.get(namespace) ?? 0));
}

/** Counts along each line until it comes by. */
export function expectedIds({ map, asked }: Ids): string[] {
  return asked.map(({ id, to }) => {
    for (const { inner, outer, count } of map)
      for (let at = 0; at < count; at++) {
        if (to === "kernel" && inner + at === id) return showId(id, to, outer + at);
        if (to === "namespace" && outer + at === id) return showId(id, to, inner + at);
      }
    return showId(id, to, null);
  });
}

/** Adds up all that has happened before, each time anew. */
export function expectedAccounts({ groups, steps }: Accounts): string[] {
  return steps.map((step, now) => {
    const number = "period" in step ? step.period : step.group;
    const { weight, quota } = groups[number]!;
    let total = 0;
    let left = quota ?? 0;
    for (const one of steps.slice(0, now + 1)) {
      if ("period" in one) {
        if (one.period === number) left = left > 0 ? quota! : left + quota!;
      } else if (one.group === number) {
        total += one.ran;
        if (quota !== null) left -= one.ran;
      }
    }
    return "period" in step
      ? showRefill(number, left)
      : showCharge(number, step.ran, (total / weight) * 100, left);
  });
}

/** From the bottom up: what each layer makes of what would be seen without it. */
export function expectedNames(asked: readonly (readonly (Found | null)[])[]): string[] {
  return asked.map((found) => {
    let seen: number[] = [];
    for (const [layer, one] of [...found.entries()].reverse()) {
      if (one?.kind === "whiteout") seen = [];
      else if (one?.kind === "other" || one?.opaque) seen = [layer];
      else if (one) seen = [layer, ...(found[seen[0] ?? -1]?.kind === "directory" ? seen : [])];
    }
    return showSeen(found, seen);
  });
}

/** From the bottom up. */
export function expectedDirectory(
  layers: readonly (readonly { readonly name: string; readonly kind: string }[])[],
): string[] {
  const names = new Set<string>();
  for (const layer of [...layers].reverse())
    for (const { name, kind } of layer)
      if (kind === "whiteout") names.delete(name);
      else names.add(name);
  return [...names].sort();
}

export function expectedChanges(list: readonly Asked[]): string[] {
  return list.map((asked) => {
    const { intent, inUpper, under } = asked;
    const missing = inUpper.flatMap((there, at) => (there ? [] : [at]));
    const last = inUpper.length - 1;
    const copy = { read: [], change: missing }[intent as string] ?? missing.filter((at) => at !== last);
    const whiteout = intent === "remove" && under.below ? "whiteout" : "nothing";
    const opaque = intent === "make-directory" && under.whiteout;
    return showChange(asked, copy, opaque ? "opaque" : whiteout);
  });
}
