import type { Answer, Table, Walker } from "ringlab/labs/00-template/component";

function translate(addresses: readonly number[], table: Table): Answer[] {
  // Step 1. Which page is it, and where in the page? What does its entry say? (C1)
  // Step 2. What if the page is not present, or the table has no such page? (C2, C3)
  // Step 3. Which entries have you read already? (C4)
  return addresses.map((address) => address);
}

export const component: Walker = { translate };
