/**
 * Large pages in shadows: a large page of the guest's gets one entry where the host's memory is there in one aligned piece, and nothing in
 * it needs an eye of its own. The processor's TLB then holds what it holds on the bare machine.
 */
import { PAGE_MMIO, PAGE_ROM, PAGE_TRACED } from "../../../machine/bus.ts";
import type { EntryFormat } from "../../../machine/mmu/formats/format.ts";
import type { PagerParts } from "../pager.ts";

const PAGE = 4096;
/** Level of the entries that may be large: larger pages are made of these. */
export const LARGE_LEVEL = 2;

/** 4-KiB frames of a large page in P's format. */
export function largeFrames(format: EntryFormat): number {
  return 2 ** ((format.shifts[LARGE_LEVEL] as number) - 12);
}

/** Whether one entry may map the guest's large page that begins with frame `first`; `watched`: frames that nobody may write. */
export function fitsLarge(
  { machine, base, mmu }: PagerParts,
  first: number,
  writable: boolean,
  watched: ReadonlySet<number>,
): boolean {
  const { format } = mmu.translation.paging;
  const frames = largeFrames(format);
  // CR4.PSE decides whether IA-32 has them.
  if (format.levels[LARGE_LEVEL - 1]?.leaf === 0) return false;
  const { pages } = machine.bus;
  if ((first * PAGE + base) % (frames * PAGE) !== 0 || first + frames > pages.length) return false;
  const against = PAGE_MMIO | (writable ? PAGE_ROM | PAGE_TRACED : 0);
  for (let frame = first; frame < first + frames; frame++)
    if (((pages[frame] as number) & against) !== 0 || (writable && watched.has(frame))) return false;
  return true;
}
