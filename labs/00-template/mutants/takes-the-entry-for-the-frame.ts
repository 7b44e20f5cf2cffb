/**
 * Wrong: does not shift the present bit out of the entry.
 * Breaks clause: C1
 * Caught by: frames: the first word of a page
 * Caught by hidden: frames: first and last words of pages
 */
import type { Answer, Table, Walker } from "ringlab/labs/00-template/component";

function translate(addresses: readonly number[], table: Table): Answer[] {
  const known = new Map<number, number>();
  return addresses.map((address) => {
    const page = Math.floor(address / 16);
    if (page >= table.pages) return "beyond";
    const entry = known.get(page) ?? table.read(page);
    known.set(page, entry);
    if (entry % 2 === 0) return "absent";
    return 16 * entry + (address % 16);
  });
}

export const component: Walker = { translate };
