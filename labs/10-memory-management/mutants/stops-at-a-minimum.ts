/**
 * Wrong: stops as soon as the one that should give has its minimum.
 * Breaks clause: C3
 * Caught by: shares: a minimum
 * Caught by hidden: shares: minima
 */
import type { Claim, MemoryManagement, Parting, Sharing } from "ringlab/labs/10-memory-management/component";

function price({ shares, active }: Claim, pages: number, tax: number): number {
  const k = 1 / (1 - tax);
  return shares / (pages * (active + k * (1 - active)));
}

function targets(claims: readonly Claim[], available: number, tax: number): number[] {
  const pages = claims.map((claim) => claim.pages);
  let sum = pages.reduce((all, one) => all + one, 0);
  while (sum > available) {
    let giver = -1;
    let least = Infinity;
    for (const [at, claim] of claims.entries()) {
      const has = pages[at] ?? 0;
      const pays = price(claim, has, tax);
      if (pays < least) {
        giver = at;
        least = pays;
      }
    }
    if (giver < 0 || (pages[giver] ?? 0) <= (claims[giver]?.min ?? 0)) break;
    pages[giver] = (pages[giver] ?? 0) - 1;
    sum--;
  }
  return pages;
}

function scan(page: number, sharing: Sharing): void {
  const frame = sharing.frame(page);
  if (sharing.isShared(frame)) return;
  const hash = sharing.hash(frame);
  const other = sharing.find(hash);
  if (other === frame) return;
  const stale = other === null || (!sharing.isShared(other) && sharing.hash(other) !== hash);
  if (stale) {
    sharing.remember(hash, frame);
    return;
  }
  if (sharing.equal(frame, other)) sharing.share(page, other);
}

function write(page: number, parting: Parting): void {
  if (parting.users(parting.frame(page)) > 1) {
    parting.copy(page);
  } else {
    parting.own(page);
  }
}

export const component: MemoryManagement = { targets, scan, write };
