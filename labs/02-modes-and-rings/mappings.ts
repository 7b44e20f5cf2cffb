/**
 * What page tables of four levels map, read straight out of memory: a second and naive walker, which looks at all entries and not
 * at one address. (SDM Vol. 3, 4.5.)
 */
import type { Machine } from "../../src/machine/index.ts";
import { hex } from "./boot.ts";
import { TABLES } from "./start.ts";

const PRESENT = 1;
const WRITABLE = 2;
const LARGE = 0x80;
const ENTRIES = 512;
/** Enough to see that something is wrong. */
const MOST = 3;

interface Range {
  from: number;
  to: number;
  target: number;
  writable: boolean;
}

/** One line a range of addresses, and one about where the tables are. */
export function mappings({ cpu, bus }: Machine): string[] {
  const ranges: Range[] = [];
  const complaints = new Set<string>();
  const add = (page: Range) => {
    const last = ranges.at(-1);
    const goesOn =
      last &&
      last.to === page.from &&
      last.target + (last.to - last.from) === page.target &&
      last.writable === page.writable;
    if (goesOn) last.to = page.to;
    else ranges.push(page);
  };
  const visit = (table: number, level: number, from: number, writable: boolean): void => {
    if (table < TABLES.first || table > TABLES.last) {
      complaints.add(`a table of level ${level} lies at ${hex(table)}`);
      return;
    }
    for (let index = 0; index < ENTRIES && ranges.length + complaints.size <= MOST; index++) {
      const low = bus.view.getUint32(table + 8 * index, true);
      const high = bus.view.getUint32(table + 8 * index + 4, true);
      if ((low & PRESENT) === 0) continue;
      const size = 2 ** (12 + 9 * (level - 1));
      const start = from + index * size;
      const target = (high & 0xfffff) * 2 ** 32 + ((low & -4096) >>> 0);
      const write = writable && (low & WRITABLE) !== 0;
      if (high >>> (cpu.prices.physicalBits - 32) !== 0)
        complaints.add(`reserved bits are set in entry ${index} of the table at ${hex(table)}`);
      else if (level === 1 || (level === 2 && (low & LARGE) !== 0))
        add({ from: start, to: start + size, target, writable: write });
      else visit(target, level - 1, start, write);
    }
  };
  visit(cpu.cr3 & -4096, 4, 0, true);
  const lines = [...ranges.map(describe), ...complaints];
  const shown = lines.length > MOST ? [...lines.slice(0, MOST), "… and more"] : lines;
  const inside = complaints.size === 0 ? ["the tables lie between 10000h and 1FFFFh"] : [];
  return [...(shown.length > 0 ? shown : ["nothing is mapped"]), ...inside];
}

const wide = (value: number) => `${value.toString(16).toUpperCase()}h`;

function describe({ from, to, target, writable }: Range): string {
  const where = target === from ? "itself" : wide(target);
  return `${wide(from)} to ${wide(to - 1)} is mapped to ${where}, ${writable ? "writable" : "read-only"}`;
}
