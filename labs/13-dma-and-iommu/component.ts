/** What the student of lab 13 writes: a device's page tables, when it forgets what was in them, and whose interrupts are believed. */

/** Tables of 512 entries, which are named by their addresses. An entry is an address + 1 (may be read) + 2 (may be written), or 0. */
export interface Tables {
  /** The table of level 3. */
  root(): number;
  read(table: number, index: number): number;
  write(table: number, index: number, entry: number): void;
  /** A new table of zeros. */
  make(): number;
}

/** The remapping unit, which remembers pages in its IOTLB, and the list of those that wait for a flush. */
export interface Flushes {
  /** How many pages wait. */
  waiting(): number;
  /** One more page waits. */
  wait(page: number): void;
  /** The unit forgets one page … */
  flushPage(page: number): void;
  /** … or all of this device's. Either costs the same. */
  flushDomain(): void;
  /** The page's address may be given out again … */
  release(page: number): void;
  /** … or all of those that wait, which then do not wait any more. */
  releaseWaiting(): void;
}

/** What a device writes to the interrupt window. */
export interface Message {
  /** Bus, device and function as the hardware saw them: a device cannot lie about it. Its three lowest bits are the function. */
  readonly requester: number;
  /** Names an entry of the table; otherwise the old format, which names a vector. */
  readonly remappable: boolean;
  /** An entry, or a vector. */
  readonly value: number;
}

export interface Entry {
  readonly present: boolean;
  readonly requester: number;
  /** Any function of the device will do. */
  readonly anyFunction: boolean;
  readonly vector: number;
}

export interface DmaProtection {
  /** The device may reach a frame at a page of its own addresses. False: the page is mapped already. */
  map(page: number, frame: number, writable: boolean, tables: Tables): boolean;
  /** The page is taken away again. False: it was not mapped. */
  unmap(page: number, tables: Tables): boolean;
  /** A page was unmapped just now; the unit may remember it. `limit`: how many may wait for one flush. */
  retire(page: number, limit: number, flushes: Flushes): void;
  /** The vector that a message may raise, or −1. `old`: whether the old format is let through. */
  interrupt(message: Message, entries: readonly Entry[], old: boolean): number;
}
