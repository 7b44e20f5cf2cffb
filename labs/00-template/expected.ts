/** What a table makes of an address, for the public checks: as naive as can be, and not the reference solution. */
import type { Answer } from "./component.ts";
import { PAGE } from "./contract.ts";
import type { Walk } from "./scenarios.ts";

/** TODO An oracle of your own. */
export function answerFor(entries: readonly number[], address: number): Answer {
  let page = 0;
  let offset = address;
  while (offset >= PAGE) {
    offset -= PAGE;
    page += 1;
  }
  const entry = entries[page];
  if (entry === undefined) return "beyond";
  const present = (entry & 1) === 1;
  return present ? (entry >> 1) * PAGE + offset : "absent";
}

const show = (value: Answer) => (typeof value === "number" ? `${value.toString(16)}h` : value);

/** What the scenario `answers` shows when all is right. */
export const expectedLines = ({ entries, addresses }: Walk): string[] =>
  addresses.map((address) => `${show(address)} → ${show(answerFor(entries, address))}`);

/** Reads that cannot be saved, and those of a component that keeps nothing. */
export function readsOf({ entries, addresses }: Walk): { fewest: number; naive: number } {
  const pages = addresses
    .map((address) => Math.floor(address / PAGE))
    .filter((page) => page < entries.length);
  return { fewest: new Set(pages).size, naive: pages.length };
}
