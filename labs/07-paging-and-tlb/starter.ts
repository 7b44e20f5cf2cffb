import type {
  Access,
  Fit,
  Flush,
  Format,
  PagingAndTlb,
  Partition,
  Request,
  Tables,
  Translation,
  Way,
} from "ringlab/labs/07-paging-and-tlb/component";

function walk({ root, address }: Access, { entryBytes }: Format, tables: Tables): Translation {
  // Step 1. One level. What if there are more, or a large page? (C1, C2, C3)
  // Step 2. Who may do what, and what is marked? (C4, C5, C6, C7)
  const entry = tables.read(root + Math.floor(address / 4096) * entryBytes);
  if (entry % 2 === 0) return { kind: "fault", error: 0 };
  return { kind: "page", physical: entry - (entry % 4096) + (address % 4096), size: 4096 };
}

function lookup(ways: readonly Way[], request: Request): number | null {
  // Step 3. Which way translates it? (C8)
  return null;
}

function victim(ways: readonly Way[]): number {
  // Step 4. Who has to go? (C9, C10)
  return 0;
}

function flush(ways: readonly Way[], command: Flush): number[] {
  // Step 4. Which of them end? (C11, C12, C13)
  return ways.map((_, index) => index);
}

function place(partitions: readonly Partition[], memory: number, bytes: number, fit: Fit): number | null {
  // Step 5. Above the last one. Are there no holes below? (C14, C15)
  const end = Math.max(0, ...partitions.map((each) => each.base + each.bytes));
  return end + bytes <= memory ? end : null;
}

export const component: PagingAndTlb = { walk, lookup, victim, flush, place };
