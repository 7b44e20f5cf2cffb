/**
 * Cases drawn from a seed, for the student's own trials and for the hidden tests. What kind a case is goes round and round, so that every
 * seed meets every kind; the seed draws the rest.
 */
import type { Extent, Found, Listed } from "./component.ts";
import type { Accounts, Asked, Ids, Pids } from "./scenarios.ts";

/** A whole number from 0, below the one given. */
export type Draw = (below: number) => number;

const one = <T>(draw: Draw, of: readonly T[]): T => of[draw(of.length)] as T;
const between = (draw: Draw, low: number, high: number) => low + draw(high - low + 1);

/** Namespaces of four levels; a case has them in another order, parents first. */
const TREE: readonly [string, string | null][] = [
  ["top", null],
  ["a", "top"],
  ["b", "top"],
  ["aa", "a"],
  ["ba", "b"],
  ["ab", "a"],
  ["aaa", "aa"],
];

/** Born on level `kind` % 4, at least one level down where `deep`. */
export function drawPids(draw: Draw, kind: number, asks: "here and above" | "elsewhere" | "all"): Pids {
  const open = [...TREE];
  const order: string[] = [];
  while (open.length > 0) {
    const ready = open.filter(([, parent]) => parent === null || order.includes(parent));
    const [chosen] = one(draw, ready);
    order.push(chosen);
    open.splice(
      open.findIndex(([name]) => name === chosen),
      1,
    );
  }
  const parentOf = new Map(TREE);
  const number = (name: string) => order.indexOf(name);
  const born = [["top"], ["a", "b"], ["aa", "ab", "ba"], ["aaa"]][kind % 4]!;
  const line = [one(draw, born)];
  for (let above = parentOf.get(line[0]!)!; above !== null; above = parentOf.get(above)!) line.unshift(above);
  // Numbers grow upwards: whoever is born below is born above as well.
  let pid = 0;
  const pids = line.map(() => {
    pid += between(draw, 1, 9);
    return pid;
  });
  const all = order.map((_, at) => at);
  const above = line.map(number);
  const asked = {
    all,
    "here and above": all.filter((at) => above.includes(at)),
    elsewhere: all.filter((at) => !above.includes(at) || at === above.at(-1)),
  };
  return {
    parents: order.map((name) => (name === "top" ? null : number(parentOf.get(name)!))),
    process: { namespace: number(line.at(-1)!), pids: pids.reverse() },
    asked: asked[asks],
  };
}

/** Three lines that touch nowhere, and the inner ids of one are outer ids of another. */
function drawMap(draw: Draw): Extent[] {
  const start = between(draw, 1, 50);
  const count = () => between(draw, 3, 60);
  return [
    { inner: start, outer: 10_000 + draw(500), count: count() },
    { inner: 10_000 + draw(500), outer: 30_000 + draw(500), count: count() },
    { inner: 500 + draw(100), outer: 200 + draw(100), count: count() },
  ];
}

export type IdKind = "inside" | "ends" | "nobody";

export function drawIds(draw: Draw, kinds: readonly IdKind[]): Ids {
  const map = drawMap(draw);
  const asked = kinds.flatMap((kind) =>
    (["kernel", "namespace"] as const).flatMap((to) =>
      map.flatMap(({ inner, outer, count }, at): Ids["asked"][number][] => {
        const first = to === "kernel" ? inner : outer;
        if (kind === "ends") return [first, first + count - 1].map((id) => ({ id, to }));
        if (kind === "nobody") return [first - 1, first + count].map((id) => ({ id, to }));
        return at === 0 ? [{ id: first + 1 + draw(count - 2), to }] : [];
      }),
    ),
  );
  return { map, asked };
}

export type AccountKind = "weights" | "quotas" | "periods";

/** Steps of one group are parted by those of another. */
export function drawAccounts(draw: Draw, kind: AccountKind): Accounts {
  const quota = () => 1000 * between(draw, 10, 60);
  const light = between(draw, 1, 99);
  const heavy = between(draw, 101, 10_000);
  if (kind === "weights")
    return {
      groups: [light, heavy, 100].map((weight) => ({ weight, quota: null })),
      steps: [0, 1, 2, 1, 0].map((group) => ({ group, ran: 100 * between(draw, 5, 60) })),
    };
  const [small, large] = [quota(), quota()];
  const groups = [
    { weight: light, quota: small },
    { weight: heavy, quota: null },
    { weight: heavy, quota: large },
  ];
  const part = (of: number) => 100 * between(draw, 5, of / 200);
  if (kind === "quotas")
    return {
      groups,
      steps: [
        { group: 0, ran: part(small) },
        { group: 1, ran: part(small) },
        { group: 2, ran: part(large) },
        { group: 0, ran: small },
      ],
    };
  return {
    groups,
    steps: [
      { group: 0, ran: part(small) },
      { period: 0 },
      { group: 2, ran: large + part(large) },
      { period: 2 },
      { group: 0, ran: small },
      { period: 0 },
      { group: 2, ran: 3 * large },
      { period: 2 },
    ],
  };
}

const KINDS = {
  f: { kind: "other", opaque: false },
  d: { kind: "directory", opaque: false },
  o: { kind: "directory", opaque: true },
  w: { kind: "whiteout", opaque: false },
  "-": null,
} as const;
export const foundOf = (letters: string): (Found | null)[] =>
  [...letters].map((letter) => KINDS[letter as keyof typeof KINDS]);

/** What the topmost layers have; the seed puts layers without the name between them, and anything below a stop. */
export const NAME_KINDS = {
  files: ["f", "fd", "ff", "-f", "-"],
  whiteouts: ["w", "wf", "dw", "dwd", "-wf", "fw"],
  directories: ["dd", "ddd", "do", "dod", "od", "df", "dfd", "ddf"],
} as const;

export function drawNames(draw: Draw, kinds: readonly (keyof typeof NAME_KINDS)[]): (Found | null)[][] {
  return kinds
    .flatMap((kind) => NAME_KINDS[kind])
    .map((letters) => {
      const gaps = [...letters].map((letter) => (draw(3) === 0 ? `-${letter}` : letter)).join("");
      const below = /[fwo]/.test(letters) ? one(draw, ["", "f", "d", "df"]) : "";
      return foundOf(gaps + below);
    });
}

/** A name of each fate, in one layer or in several; which names those are is drawn. */
export function drawDirectory(draw: Draw): Listed[][] {
  const names = ["bin", "etc", "lib", "opt", "srv", "tmp", "usr", "var"];
  const fates = ["f--", "-f-", "--f", "f-f", "w-f", "-wf", "fw-", "dd-"];
  const layers: Listed[][] = [[], [], []];
  for (const fate of fates) {
    const name = names.splice(draw(names.length), 1)[0]!;
    for (const [at, found] of foundOf(fate).entries()) if (found) layers[at]!.push({ name, ...found });
  }
  return layers;
}

/** On a way of `depth` names the upper layer has the first ones. */
const way = (draw: Draw, depth: number, there: number): boolean[] =>
  Array.from({ length: depth + draw(2) }, (_, at) => at < there);

export type ChangeKind = "read" | "change" | "directories" | "remove" | "make";
const NOT = { whiteout: false, below: false };
const BELOW = { whiteout: false, below: true };
const WHITEOUT = { whiteout: true, below: true };

export function drawChanges(draw: Draw, kind: ChangeKind): Asked[] {
  const deep = () => way(draw, 4, 1 + draw(2));
  const whole = () => way(draw, 3, 9);
  const missing = () => [...Array.from({ length: 2 + draw(2) }, () => true), false];
  switch (kind) {
    case "read":
      return [
        { intent: "read", inUpper: deep(), under: BELOW },
        { intent: "read", inUpper: missing(), under: BELOW },
        { intent: "change", inUpper: missing(), under: BELOW },
      ];
    case "change":
      return [
        { intent: "change", inUpper: deep(), under: BELOW },
        { intent: "change", inUpper: whole(), under: one(draw, [NOT, BELOW]) },
        { intent: "change", inUpper: missing(), under: BELOW },
      ];
    case "directories":
      return [
        { intent: "make", inUpper: deep(), under: NOT },
        { intent: "make-directory", inUpper: deep(), under: NOT },
        { intent: "remove", inUpper: deep(), under: BELOW },
        { intent: "change", inUpper: deep(), under: BELOW },
      ];
    case "remove":
      return [
        { intent: "remove", inUpper: whole(), under: NOT },
        { intent: "remove", inUpper: whole(), under: BELOW },
        { intent: "remove", inUpper: missing(), under: BELOW },
        { intent: "change", inUpper: deep(), under: BELOW },
      ];
    default:
      return [
        { intent: "make-directory", inUpper: missing(), under: WHITEOUT },
        { intent: "make-directory", inUpper: missing(), under: { whiteout: true, below: false } },
        { intent: "make-directory", inUpper: missing(), under: NOT },
        { intent: "make", inUpper: missing(), under: WHITEOUT },
        { intent: "change", inUpper: deep(), under: BELOW },
      ];
  }
}
