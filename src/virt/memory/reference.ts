/** Our own policy and sharer, behind the contract as anybody's. */
import type { Claim, Sharer, SharingPort, Targets } from "./contract.ts";

/**
 * Shares for a page: S / (P · (f + k · (1 − f))) with k = 1 / (1 − τ): an idle page costs k times as much as one in use
 * (Waldspurger 2002, section 5.2).
 */
export function sharesPerPage({ shares, active }: Claim, pages: number, tax: number): number {
  const k = 1 / (1 - tax);
  return shares / (pages * (active + k * (1 - active)));
}

/** Min-funding revocation: page by page from whoever pays the least for its pages. */
function targets(claims: readonly Claim[], available: number, tax: number): number[] {
  const pages = claims.map((claim) => claim.pages);
  let sum = pages.reduce((all, one) => all + one, 0);
  while (sum > available) {
    let poorest = -1;
    let least = Number.POSITIVE_INFINITY;
    claims.forEach((claim, at) => {
      if (pages[at]! <= claim.min || pages[at] === 0) return;
      const price = sharesPerPage(claim, pages[at]!, tax);
      if (price >= least) return;
      least = price;
      poorest = at;
    });
    if (poorest < 0) break;
    pages[poorest]!--;
    sum--;
  }
  return pages;
}

/** Hash, hint, full comparison (section 4.2). A hint's frame is not read-only, so its hash may be out of date. */
function scan(page: number, port: SharingPort): void {
  const frame = port.frame(page);
  if (port.isShared(frame)) return;
  const hash = port.hash(frame);
  const other = port.find(hash);
  if (other === frame) return;
  if (other === null || (!port.isShared(other) && port.hash(other) !== hash)) {
    port.remember(hash, frame);
    return;
  }
  if (port.equal(frame, other)) port.share(page, other);
}

/** Copy on write; the last one needs no copy. */
function write(page: number, port: SharingPort): void {
  if (port.users(port.frame(page)) > 1) port.copy(page);
  else port.own(page);
}

export const REFERENCE: Targets & Sharer = { targets, scan, write };
