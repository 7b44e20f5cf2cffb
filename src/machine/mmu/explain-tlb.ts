/**
 * What a TLB holds, as data, for a diagram and for a walk by hand. Looking changes nothing.
 */
import type { TlbGeometry } from "../cost.ts";
import { RIGHT_EXECUTE, RIGHT_GLOBAL, RIGHT_READ, RIGHT_USER, RIGHT_WRITE } from "./rights.ts";
import { Spaces } from "./spaces.ts";
import { NO_ENTRY, SMALL, Tlb } from "./tlb.ts";

const TWO32 = 4294967296;
const SIZE_BITS = 4;
const FRAME = 4096;
const PAGE_SHIFT = 12;
const HIGH_PAGE = 20;
/** Small, large and huge pages. */
const SHIFTS = Int32Array.of(12, 21, 30);
const LETTERS = [
  [RIGHT_READ, "r"],
  [RIGHT_WRITE, "w"],
  [RIGHT_USER, "u"],
  [RIGHT_EXECUTE, "x"],
] as const;

export interface TlbCell {
  /** False: empty, or of a space that was flushed. */
  readonly valid: boolean;
  /** Page number, in pages of its own size; undefined in a way that was never filled. */
  readonly page: number | undefined;
  /** Frame number, in frames of 4 KiB. */
  readonly frame: number;
  /** "rwux", with a hyphen for what is not granted. */
  readonly rights: string;
  /** "PCID 3", or "global". */
  readonly space: string;
}

/** By set, then by way. */
export function explainTlb(tlb: Tlb, shifts: Int32Array): TlbCell[][] {
  return Array.from({ length: tlb.sets }, (_, set) =>
    Array.from({ length: tlb.waysPerSet }, (_unused, way) =>
      explainEntry(tlb, tlb.entryAt(set, way), shifts),
    ),
  );
}

function explainEntry(tlb: Tlb, entry: number, shifts: Int32Array): TlbCell {
  const tag = tlb.tag(entry);
  if (tag === -1) return { valid: false, page: undefined, frame: 0, rights: "----", space: "" };
  const rights = tlb.rights(entry);
  const shift = shifts[tag & (SIZE_BITS - 1)] as number;
  return {
    valid: tlb.isLive(entry),
    page: (tag >>> 2) + (tlb.high(entry) >>> 0) * (TWO32 / 2 ** shift),
    frame: Math.floor(tlb.base(entry) / FRAME),
    rights: LETTERS.map(([right, letter]) => ((rights & right) !== 0 ? letter : "-")).join(""),
    space: (rights & RIGHT_GLOBAL) !== 0 ? "global" : `PCID ${tlb.pcid(entry)}`,
  };
}

/** What a student lets a TLB do; pages are numbers of 4-KiB pages. */
export type TlbAction =
  | { readonly kind: "read"; readonly page: number; readonly frame?: number; readonly global?: boolean }
  | { readonly kind: "switch"; readonly pcid: number }
  /** The current PCID's, but for global pages. */
  | { readonly kind: "flush" }
  | { readonly kind: "invalidate"; readonly page: number };

/** What happened, and what the TLB holds after it. */
export interface TlbStep {
  readonly access: string;
  readonly outcome: "hit" | "fill" | "evict" | "flush";
  readonly at: { readonly set: number; readonly way: number } | undefined;
  /** Page number that had to go. */
  readonly evicted: number | undefined;
  readonly sets: readonly (readonly TlbCell[])[];
}

/**
 * A data TLB of the machine's through a list of actions. A page that is not told its frame lies in that of its own number, readable and
 * writable for everybody.
 * @throws {RangeError} when entries and ways do not make sets by a power of two
 */
export function stepTlb(geometry: TlbGeometry, actions: readonly TlbAction[]): TlbStep[] {
  const spaces = new Spaces();
  const tlb = new Tlb(geometry, SHIFTS, spaces);
  const around = (access: string, outcome: TlbStep["outcome"], entry = NO_ENTRY): TlbStep => {
    const sets = explainTlb(tlb, SHIFTS);
    const evicted = outcome === "evict" ? tlb.evicted >>> 2 : undefined;
    return { access, outcome, at: placeOf(tlb, entry), evicted, sets };
  };
  return actions.map((action) => {
    if (action.kind === "switch") {
      spaces.switchTo(action.pcid);
      return around(`load CR3 with PCID ${action.pcid}`, "flush");
    }
    if (action.kind === "flush") {
      spaces.flush(spaces.pcid);
      return around(`flush PCID ${spaces.pcid}`, "flush");
    }
    const { page } = action;
    const [low, high] = [page << PAGE_SHIFT, Math.floor(page / 2 ** HIGH_PAGE)];
    const entry = tlb.find(low, high, SMALL);
    if (action.kind === "invalidate") {
      if (entry !== NO_ENTRY) tlb.remove(entry);
      return around(`INVLPG of page ${page.toString(16)}`, "flush", entry);
    }
    const access = `read page ${page.toString(16)}`;
    if (entry !== NO_ENTRY) return around(access, "hit", entry);
    const { frame = page, global = false } = action;
    const rights = RIGHT_READ | RIGHT_WRITE | RIGHT_USER | (global ? RIGHT_GLOBAL : 0);
    const filled = tlb.put(low, high, SMALL, rights, frame * FRAME);
    return around(access, tlb.evicted === -1 ? "fill" : "evict", filled);
  });
}

function placeOf(tlb: Tlb, entry: number): TlbStep["at"] {
  for (let set = 0; set < tlb.sets; set++)
    for (let way = 0; way < tlb.waysPerSet; way++) if (tlb.entryAt(set, way) === entry) return { set, way };
  return undefined;
}
