import type { DmaProtection, Entry, Flushes, Message, Tables } from "ringlab/labs/13-dma-and-iommu/component";

function map(page: number, frame: number, writable: boolean, tables: Tables): boolean {
  // Step 1. Three levels down, a table where none is, and then the frame. (C1 … C4)
  return true;
}

function unmap(page: number, tables: Tables): boolean {
  // Step 2. Down the same way, without making anything. (C5, C6)
  return true;
}

function retire(page: number, limit: number, flushes: Flushes): void {
  // Step 3. Flush now, or let it wait? And when is its address free? (C7, C8, C9)
}

function interrupt(message: Message, entries: readonly Entry[], old: boolean): number {
  // Step 4. Who sent it, and may they? (C10 … C13)
  return message.value;
}

export const component: DmaProtection = { map, unmap, retire, interrupt };
