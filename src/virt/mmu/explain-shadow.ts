/**
 * A guest's page tables beside what its pager gives the processor, as rows for a diagram. It asks nobody: it walks V's tables and P's for
 * each page and compares, so it tells the same of every pager that has tables of its own.
 */

import type { Gpa } from "../../machine/address.ts";
import { type Bus, PAGE_TRACED } from "../../machine/bus.ts";
import type { WalkExplanation } from "../../machine/mmu/explain.ts";
import type { Mmu } from "../../machine/mmu/mmu.ts";

const PAGE = 4096;
const LETTERS = [
  ["read", "r"],
  ["write", "w"],
  ["user", "u"],
  ["execute", "x"],
  ["dirty", "d"],
] as const;

export interface ShadowEntry {
  /** Number of the frame: the guest's, or the host's. */
  readonly frame: number;
  /** "rwuxd", with a hyphen for what is not granted. */
  readonly rights: string;
}

export interface ShadowRow {
  /** Linear page number. */
  readonly page: number;
  readonly guest: ShadowEntry | undefined;
  readonly shadow: ShadowEntry | undefined;
  readonly state: "none" | "hidden" | "derived" | "clean" | "traced" | "stale";
}

export interface ShadowParts {
  /** The guest's: its tables, and its memory. */
  readonly guest: Mmu;
  readonly bus: Bus;
  /** P's. */
  readonly processor: Mmu;
  /** Host-physical address of guest-physical 0. */
  readonly base: number;
}

/** @param pages linear page numbers */
export function explainShadow(parts: ShadowParts, pages: readonly number[]): ShadowRow[] {
  return pages.map((page) => {
    const own = parts.guest.explain(page * PAGE);
    const guest = entryOf(own);
    const shadow = entryOf(parts.processor.explain(page * PAGE));
    // Without WP a supervisor writes where the entry forbids it, and the shadow may say so.
    const lifted = own.permitted.supervisor.includes("write");
    return { page, guest, shadow, state: stateOf(parts, guest, shadow, lifted) };
  });
}

function entryOf({ physical, rights }: WalkExplanation): ShadowEntry | undefined {
  if (physical === undefined) return undefined;
  const letters = LETTERS.map(([right, letter]) => (rights.includes(right) ? letter : "-")).join("");
  return { frame: Math.floor(physical / PAGE), rights: letters };
}

function stateOf(
  { bus, base }: ShadowParts,
  guest: ShadowEntry | undefined,
  shadow: ShadowEntry | undefined,
  lifted: boolean,
): ShadowRow["state"] {
  if (shadow === undefined) return guest === undefined ? "none" : "hidden";
  if (guest === undefined || shadow.frame !== guest.frame + base / PAGE) return "stale";
  const writes = (one: ShadowEntry) => one.rights.includes("w");
  if (writes(shadow) && !writes(guest)) return lifted ? "derived" : "stale";
  if (writes(guest) && !writes(shadow)) {
    const traced = (bus.flags((guest.frame * PAGE) as Gpa) & PAGE_TRACED) !== 0;
    return traced ? "traced" : "clean";
  }
  return "derived";
}
