/** What a caching shadow pager may do besides keeping its shadows; each can be left out, to see what it saves. */

import type { AgileOptions } from "./nested-part.ts";

export interface TracedOptions {
  /** The most shadow tables, 16 or more; 1024 unless said. */
  readonly tables?: number;
  /**
   * After so many writes to a table in use through which nothing was filled in between, it is given up until it is used again: KVM's way
   * with guests that write over a table wholly. Never, unless said.
   */
  readonly flood?: number;
  /**
   * After so many writes to a page table through which nothing was filled in between, it goes out of sync (unsynced.ts): 1 is KVM's way.
   * Never, unless said.
   */
  readonly unsync?: number;
  /** INVLPG brings the page's entry up to date at once, so that the access which is to be expected does not fault. No, unless said. */
  readonly prefetch?: boolean;
  /** A large page of the guest's gets a large entry where that is possible (large.ts). No, unless said: pieces of 4 KiB. */
  readonly large?: boolean;
  /** Tables that churn are walked by the processor itself, under nested tables (nested-part.ts). Never, unless said. */
  readonly agile?: AgileOptions;
}

/** All of them as KVM has them since Linux 2.6.28. */
export const EVERYTHING: TracedOptions = { flood: 3, unsync: 1, prefetch: true, large: true };
