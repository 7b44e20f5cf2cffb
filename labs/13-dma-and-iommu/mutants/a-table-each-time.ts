/**
 * Wrong: makes a table on every way down.
 * Breaks clause: C2
 * Caught by: map: a neighbour, and one farther away
 * Caught by hidden: map: tables that are there, and that are not
 */
import type { DmaProtection, Entry, Flushes, Message, Tables } from "ringlab/labs/13-dma-and-iommu/component";

const READ = 1;
const WRITE = 2;

/** The index of a page in a table of level 3, 2 or 1. */
function indexAt(page: number, level: number): number {
  return (page >> (9 * (level - 1))) & 511;
}

function map(page: number, frame: number, writable: boolean, tables: Tables): boolean {
  let table = tables.root();
  for (let level = 3; level > 1; level--) {
    const index = indexAt(page, level);
    const entry = tables.read(table, index);
    if (entry >= 0) {
      const made = tables.make();
      tables.write(table, index, made + READ + WRITE);
      table = made;
    } else {
      table = entry - (entry % 4096);
    }
  }
  const last = indexAt(page, 1);
  if (tables.read(table, last) !== 0) return false;
  tables.write(table, last, frame * 4096 + READ + (writable ? WRITE : 0));
  return true;
}

function unmap(page: number, tables: Tables): boolean {
  let table = tables.root();
  for (let level = 3; level > 1; level--) {
    const entry = tables.read(table, indexAt(page, level));
    if (entry === 0) return false;
    table = entry - (entry % 4096);
  }
  const last = indexAt(page, 1);
  if (tables.read(table, last) === 0) return false;
  tables.write(table, last, 0);
  return true;
}

function retire(page: number, limit: number, flushes: Flushes): void {
  if (limit === 1) {
    flushes.flushPage(page);
    flushes.release(page);
    return;
  }
  flushes.wait(page);
  if (flushes.waiting() < limit) return;
  flushes.flushDomain();
  flushes.releaseWaiting();
}

function interrupt(message: Message, entries: readonly Entry[], old: boolean): number {
  if (!message.remappable) return old ? message.value : -1;
  const entry = entries[message.value];
  if (entry === undefined || !entry.present) return -1;
  const bits = entry.anyFunction ? 3 : 0;
  if (entry.requester >> bits !== message.requester >> bits) return -1;
  return entry.vector;
}

export const component: DmaProtection = { map, unmap, retire, interrupt };
