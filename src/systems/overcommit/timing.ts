/**
 * What page sharing tells a neighbour. An attacker fills a page with a guess, waits until the host has looked at it, and writes to it:
 * when the victim has the same page, the write has to be copied first, and takes longer (K. Suzaki and others, "Memory
 * Deduplication as a Threat to the Guest OS", EuroSec 2011).
 */
import { fillPage, Host, type MemoryPrices, PAGE_BYTES, RandomScanner } from "../../virt/memory/index.ts";

const SECRET = 42;
const PAGES = 16;
/** Enough for every page to be looked at several times. */
const SCANS = 16 * PAGES;

/** Nanoseconds that one write takes, on a host that shares pages or does not. */
export function probe(guess: boolean, sharing: boolean, prices: MemoryPrices, seed: number): number {
  const host = new Host({ frames: 64, prices, seed });
  const [victim, attacker] = [1, 2].map((number) => host.create({ name: `vm${number}`, pages: PAGES }));
  const page = new Uint8Array(PAGE_BYTES);
  fillPage(page, SECRET, 0);
  victim!.writePage(3, page);
  fillPage(page, SECRET, guess ? 0 : 1);
  attacker!.writePage(5, page);
  if (sharing) new RandomScanner(host).scan(SCANS);
  host.ledger.drain();
  attacker!.write32(5 * PAGE_BYTES + 8, 1);
  // The store itself, when nothing is in its way.
  host.ledger.pay("access");
  return host.ledger.drain().cpu;
}
