/**
 * Wrong: shares what has the same hash, without a comparison.
 * Breaks clause: C10
 * Caught by: scan: two equal pages
 * Caught by hidden: scan: pages that only look equal
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
      if (has <= claim.min) continue;
      const pays = price(claim, has, tax);
      if (pays < least) {
        giver = at;
        least = pays;
      }
    }
    if (giver < 0) break;
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
  sharing.share(page, other);
}

function write(page: number, parting: Parting): void {
  if (parting.users(parting.frame(page)) > 1) {
    parting.copy(page);
  } else {
    parting.own(page);
  }
}

export const component: MemoryManagement = { targets, scan, write };
