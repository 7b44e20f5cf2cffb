import type { Claim, MemoryManagement, Parting, Sharing } from "ringlab/labs/10-memory-management/component";

function targets(claims: readonly Claim[], available: number, tax: number): number[] {
  const pages = claims.map((claim) => claim.pages);
  // Step 1. Whose page goes next, and when is it enough? (C1, C2, C3, C4)
  // Step 2. What does a page cost that nobody uses? (C5)
  return pages;
}

function scan(page: number, sharing: Sharing): void {
  // Step 3. Seen before? Still the same? Really the same? (C6 … C11)
}

function write(page: number, parting: Parting): void {
  // Step 4. Who else has it? (C12, C13)
}

export const component: MemoryManagement = { targets, scan, write };
