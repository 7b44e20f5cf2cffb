/**
 * Wrong: asks the table for pages that it does not have.
 * Breaks clause: C3
 * Caught by: reads: pages that nobody has
 * Caught by hidden: reads: pages that nobody has
 */
import type { Answer, Table, Walker } from "ringlab/labs/00-template/component";

function translate(addresses: readonly number[], table: Table): Answer[] {
  const known = new Map<number, number>();
  return addresses.map((address) => {
    const page = Math.floor(address / 16);
    const entry = known.get(page) ?? table.read(page);
    if (page >= table.pages) return "beyond";
    known.set(page, entry);
    if (entry % 2 === 0) return "absent";
    return 16 * Math.floor(entry / 2) + (address % 16);
  });
}

export const component: Walker = { translate };
