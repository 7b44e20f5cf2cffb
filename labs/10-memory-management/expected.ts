/** What is right, as naively as it can be said; not the reference solution. With a slip: what somebody says who misread a clause. */
import type { Claim, Parting, Sharing } from "./component.ts";
import { SmallHost } from "./host.ts";
import { type History, play, type Scarcity } from "./scenarios.ts";

export const TARGET_SLIPS = [
  "one too many",
  "in proportion",
  "shares alone",
  "pages at the beginning",
  "the richest gives",
  "below the minimum",
  "stops at the first minimum",
  "the last of equals",
  "no tax",
  "taxes what is used",
  "k is 1 + tax",
] as const;
export type TargetSlip = (typeof TARGET_SLIPS)[number];

/** Everybody's pages are in a heap of tickets, each with the price at which it would be given; the cheapest go. */
export function expectedTargets({ claims, available, tax }: Scarcity, slip?: TargetSlip): number[] {
  if (slip === "in proportion") {
    const all = claims.reduce((sum, { shares }) => sum + shares, 0);
    return claims.map(({ shares, pages, min }) =>
      Math.min(pages, Math.max(min, Math.floor((available * shares) / all))),
    );
  }
  const tickets = claims.flatMap((claim, at) => ticketsOf(claim, tax, slip).map((price) => ({ at, price })));
  const sum = claims.reduce((total, { pages }) => total + pages, 0);
  const backwards = slip === "the last of equals" ? -1 : 1;
  const sign = slip === "the richest gives" ? -1 : 1;
  const cheapest = tickets.sort((a, b) => sign * (a.price - b.price) || backwards * (a.at - b.at));
  const needed = Math.max(0, sum - available + (slip === "one too many" ? 1 : 0));
  let gone = cheapest.slice(0, needed);
  if (slip === "stops at the first minimum") {
    const left = claims.map(({ pages, min }) => pages - min);
    const stop = gone.findIndex(({ at }) => --left[at]! === 0);
    const others = claims.some((_, at) => left[at]! > 0);
    if (stop >= 0 && others) gone = gone.slice(0, stop + 1);
  }
  return claims.map(({ pages }, at) => pages - gone.filter((ticket) => ticket.at === at).length);
}

/** The prices of a machine's pages that it may give, from the last one down. A machine's own prices only rise. */
function ticketsOf({ shares, pages, min, active }: Claim, tax: number, slip?: TargetSlip): number[] {
  const k = slip === "no tax" ? 1 : slip === "k is 1 + tax" ? 1 + tax : 1 / (1 - tax);
  const weight = slip === "taxes what is used" ? k * active + 1 - active : active + k * (1 - active);
  const floor = slip === "below the minimum" ? 0 : Math.min(min, pages);
  return Array.from({ length: pages - floor }, (_, given) => {
    const has = slip === "pages at the beginning" ? pages : pages - given;
    return slip === "shares alone" ? shares : shares / (has * weight);
  });
}

/** The same with the price computed in another order: where the two differ, two prices are too close to be told apart. */
export function isClear(scarcity: Scarcity): boolean {
  const { claims, available, tax } = scarcity;
  const right = JSON.stringify(expectedTargets(scarcity));
  const nudged = [1 + 1e-9, 1 - 1e-9].map((by) =>
    claims.map((claim, at) => (at % 2 === 0 ? { ...claim, shares: claim.shares * by } : claim)),
  );
  const twins = new Set(claims.map((claim) => JSON.stringify(claim))).size < claims.length;
  return (
    (twins && claims.length === 2) ||
    nudged.every((each) => JSON.stringify(expectedTargets({ claims: each, available, tax })) === right)
  );
}

export const SHARE_SLIPS = [
  "scans shared pages",
  "forgets to remember",
  "shares with itself",
  "believes old hints",
  "gives up on old hints",
  "hashes shared frames again",
  "trusts the hash",
  "replaces what is different",
  "the first page moves",
  "always copies",
  "never copies",
  "owns at two",
] as const;
export type ShareSlip = (typeof SHARE_SLIPS)[number];

/** The events that the scenario `share` shows. */
export function expectedEvents(history: History, slip?: ShareSlip): string[] {
  const is = (one: ShareSlip) => slip === one;
  const scan = (page: number, host: Sharing): void => {
    const mine = host.frame(page);
    if (host.isShared(mine) && !is("scans shared pages")) return;
    const hash = host.hash(mine);
    const found = host.find(hash);
    if (found === null) {
      if (!is("forgets to remember")) host.remember(hash, mine);
      return;
    }
    if (found === mine && !is("shares with itself")) return;
    const fresh = host.isShared(found) && !is("hashes shared frames again");
    if (!fresh && !is("believes old hints") && host.hash(found) !== hash) {
      if (!is("gives up on old hints")) host.remember(hash, mine);
      return;
    }
    if (!is("trusts the hash") && !host.equal(mine, found)) {
      if (is("replaces what is different")) host.remember(hash, mine);
      return;
    }
    if (is("the first page moves")) host.share(page, mine);
    else host.share(page, found);
  };
  const write = (page: number, host: Parting): void => {
    const users = host.users(host.frame(page));
    const alone = is("owns at two") ? users <= 2 : users <= 1;
    if (is("never copies") || (alone && !is("always copies"))) host.own(page);
    else host.copy(page);
  };
  return play(new SmallHost(history), history.steps, { scan, write });
}
