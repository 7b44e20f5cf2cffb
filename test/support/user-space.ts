import type { Bus } from "../../src/machine/bus.ts";
import type { Cpu } from "../../src/machine/cpu/cpu.ts";

/**
 * Bytes of every page that programs can reach in the address space of now, by linear address, by the tables that the processor has.
 * `base`: the address that these have for the first byte of the bus.
 */
export function userSpace(cpu: Cpu, bus: Bus, base = 0): Map<number, Uint8Array> {
  const pages = new Map<number, Uint8Array>();
  const entry = (at: number) => bus.view.getInt32(at - base, true);
  for (let low = 0; low < 0x10000000; low += 4096) {
    const table = entry((cpu.cr3 & -4096) + 4 * (low >>> 22));
    if ((table & 1) === 0) continue;
    const page = entry((table & -4096) + 4 * ((low >>> 12) & 1023));
    const from = (page & -4096) - base;
    if ((page & 5) === 5) pages.set(low, bus.ram.slice(from, from + 4096));
  }
  return pages;
}
