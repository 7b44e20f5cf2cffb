/**
 * Wrong: reads the entry again for every address.
 * Breaks clause: C4
 * Caught by: reads: pages that come again
 * Caught by hidden: reads: the same pages again and again
 */
import type { Answer, Table, Walker } from "ringlab/labs/00-template/component";

function translate(addresses: readonly number[], table: Table): Answer[] {
  return addresses.map((address) => {
    const page = Math.floor(address / 16);
    if (page >= table.pages) return "beyond";
    const entry = table.read(page);
    if (entry % 2 === 0) return "absent";
    return 16 * Math.floor(entry / 2) + (address % 16);
  });
}

export const component: Walker = { translate };
