/**
 * Wrong: divides what there is in proportion, whatever anybody wants.
 * Breaks clause: C1
 * Caught by: shares: a machine that wants little keeps it
 * Caught by hidden: shares: how many give
 */
import type { Claim, MemoryManagement, Parting, Sharing } from "ringlab/labs/10-memory-management/component";

function price({ shares, active }: Claim, pages: number, tax: number): number {
  const k = 1 / (1 - tax);
  return shares / (pages * (active + k * (1 - active)));
}

function targets(claims: readonly Claim[], available: number, tax: number): number[] {
  const all = claims.reduce(
    (sum, { shares, active }) => sum + shares / (active + (1 - active) / (1 - tax)),
    0,
  );
  const pages = claims.map((claim) => {
    const part = (available * price(claim, 1, tax)) / all;
    return Math.min(claim.pages, Math.max(claim.min, Math.floor(part)));
  });
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
