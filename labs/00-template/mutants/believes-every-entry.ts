/**
 * Wrong: uses the frame of a page that is not present.
 * Breaks clause: C2
 * Caught by: faults: a page that is not present
 * Caught by hidden: faults: present and absent pages by turns
 */
import type { Answer, Table, Walker } from "ringlab/labs/00-template/component";

function translate(addresses: readonly number[], table: Table): Answer[] {
  const known = new Map<number, number>();
  return addresses.map((address) => {
    const page = Math.floor(address / 16);
    if (page >= table.pages) return "beyond";
    const entry = known.get(page) ?? table.read(page);
    known.set(page, entry);
    return 16 * Math.floor(entry / 2) + (address % 16);
  });
}

export const component: Walker = { translate };
