/**
 * P's segment registers while translated code runs: the guest's, cut off below the monitor area, CS and GS the monitor's own. What
 * cannot be cut (expand-down, a base past the area) cannot be used: each access faults, and V carries the instruction out.
 */
import type { Cpu } from "../../../machine/cpu/cpu.ts";
import { setSegment } from "../../../machine/cpu/segments.ts";
import { CS, DS, ES, FS, GS, SS } from "../../../machine/isa/instruction.ts";
import { BELOW_AREA, MONITOR_AREA } from "../area.ts";
import { DATA_BYTES } from "./layout.ts";

/** Present, DPL 1, read and write, accessed; D, and G by the limit in bytes that setSegment takes. */
const DATA1 = 0x0040b300;
/** Present, DPL 1, execute and read, accessed, D, G. */
const CODE1 = 0x00c0bb00;
const PRESENT = 0x8000;
/** Of data: expand-down. */
const CODE_OR_DOWN = 0x0c00;
const EXPAND_DOWN = 0x0400;

/** Selectors that nothing sees: translated code reads the guest's from the monitor's data. */
const MONITOR_CS = 0xfff9;
const MONITOR_DS = 0xfff1;

/** For code in the cache. */
export function loadKernelSegments(to: Cpu, from: Cpu): void {
  for (const seg of [ES, SS, DS, FS]) loadCut(to, from, seg);
  setSegment(to, CS, MONITOR_CS, 0, 0xffffffff, CODE1);
  setSegment(to, GS, MONITOR_DS, MONITOR_AREA, DATA_BYTES - 1, DATA1);
}

function loadCut(to: Cpu, from: Cpu, seg: number): void {
  const { selector, base, limit, access } = from.segments;
  const type = access[seg] as number;
  const start = (base[seg] as number) >>> 0;
  const down = (type & CODE_OR_DOWN) === EXPAND_DOWN;
  if ((type & PRESENT) === 0 || down || start >= BELOW_AREA) {
    // D/B counts even then: it is the width of the stack pointer.
    setSegment(to, seg, selector[seg] as number, 0, 0, type & ~PRESENT);
    return;
  }
  const most = BELOW_AREA - 1 - start;
  const cut = Math.min(limit[seg] as number, most);
  setSegment(to, seg, selector[seg] as number, base[seg] as number, cut, type);
}

/** For the guest's own code in ring 3: all as the guest has it, paging keeps it from the area. */
export function loadUserSegments(to: Cpu, from: Cpu): void {
  for (let seg = ES; seg <= GS; seg++) copy(to, from, seg);
}

/** What ring 3 may have changed by itself: null selectors in data segments. */
export function saveUserSegments(from: Cpu, to: Cpu): void {
  for (const seg of [ES, DS, FS, GS]) copy(to, from, seg);
}

function copy(to: Cpu, from: Cpu, seg: number): void {
  const { selector, base, limit, access } = from.segments;
  setSegment(
    to,
    seg,
    selector[seg] as number,
    base[seg] as number,
    limit[seg] as number,
    access[seg] as number,
  );
}
