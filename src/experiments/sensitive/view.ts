/**
 * What is new after an instruction: the two halves of an outcome (trial.ts). A state of ring 0 is seen as it would be from the
 * outer ring that it is compared with: CS and SS say that ring, and so do the privilege levels of what segment registers hold.
 */
import { type Cpu, LDTR, TR } from "../../machine/cpu/cpu.ts";
import { MSR_WORDS } from "../../machine/cpu/msr-slots.ts";
import { CS, DS, ES, FS, GS, SS } from "../../machine/isa/index.ts";
import type { Machine } from "../../machine/machine.ts";
import * as map from "./memory-map.ts";
import { compress, EXCEPTIONS, type Ring } from "./tables.ts";
import type { Outcome } from "./trial.ts";

/** Whose state it is, and whose it is compared with. */
export interface Viewer {
  readonly ring: Ring;
  readonly as: 1 | 3;
}

/** A machine, and a device behind a port of it. */
export interface Watched {
  readonly machine: Machine;
  readonly port: number;
}

const GENERAL = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"];
const SEGMENTS = { ES, CS, SS, DS, FS, GS };
const SEGMENT_NUMBERS = Object.values(SEGMENTS);
/** Selector, base, limit, access. */
const PARTS = 4;
const IF = 1 << 9;
const IOPL = 3 << 12;
/** RF is for the processor's own use. */
const READABLE = ~(IF | IOPL | (1 << 16));
const DPL = 3 << 13;

/** What a monitor keeps for its guest. */
const SYSTEM: Readonly<Record<string, (cpu: Cpu, port: number) => number>> = {
  IF: ({ flags }) => (flags.value & IF) >> 9,
  IOPL: ({ flags }) => (flags.value & IOPL) >> 12,
  GDTR: ({ gdtr }) => gdtr.base,
  "GDTR limit": ({ gdtr }) => gdtr.limit,
  IDTR: ({ idtr }) => idtr.base,
  "IDTR limit": ({ idtr }) => idtr.limit,
  LDTR: ({ segments }) => segments.selector[LDTR] as number,
  TR: ({ segments }) => segments.selector[TR] as number,
  CR0: ({ cr0 }) => cr0,
  CR2: ({ cr2 }) => cr2,
  CR3: ({ cr3 }) => cr3,
  CR4: ({ cr4 }) => cr4,
  TSC: ({ tscOffset }) => tscOffset,
  port: (_cpu, port) => port,
  halted: ({ halted }) => Number(halted),
};
const READERS = Object.values(SYSTEM);
const DEBUG_REGISTERS = 8;

/** Places in a snapshot. */
const FLAGS_AT = GENERAL.length;
const SEGMENTS_AT = FLAGS_AT + 1;
const SYSTEM_AT = SEGMENTS_AT + PARTS * SEGMENT_NUMBERS.length;
const DEBUG_AT = SYSTEM_AT + READERS.length;
const MSR_AT = DEBUG_AT + DEBUG_REGISTERS;

/** All that can become new, but for memory. What only ring 0 has stays zero in the others. */
export class Snapshot {
  readonly #values = new Int32Array(MSR_AT + MSR_WORDS);

  take({ machine: { cpu }, port }: Watched, viewer: Viewer): void {
    const values = this.#values;
    for (let n = 0; n < GENERAL.length; n++) values[n] = cpu.r32[2 * n] as number;
    values[FLAGS_AT] = cpu.flags.value & READABLE;
    this.#takeSegments(cpu, viewer);
    if (viewer.ring !== 0) {
      values.fill(0, SYSTEM_AT);
      return;
    }
    for (let n = 0; n < READERS.length; n++)
      values[SYSTEM_AT + n] = (READERS[n] as (typeof READERS)[0])(cpu, port);
    values.set(cpu.dr, DEBUG_AT);
    values.set(cpu.msr, MSR_AT);
  }

  #takeSegments({ segments }: Cpu, { ring, as }: Viewer): void {
    const rename = (level: number) => (ring === 0 ? compress(level, as) : level);
    let at = SEGMENTS_AT;
    for (const n of SEGMENT_NUMBERS) {
      const selector = segments.selector[n] as number;
      const access = segments.access[n] as number;
      const dpl = access === 0 ? 0 : rename((access >> 13) & 3);
      // Only CS and SS say in their selectors which ring the program is in.
      this.#values[at++] = n === CS || n === SS ? (selector & ~3) | rename(selector & 3) : selector;
      this.#values[at++] = segments.base[n] as number;
      this.#values[at++] = segments.limit[n] as number;
      this.#values[at++] = (access & ~DPL) | (dpl << 13);
    }
  }

  /** Adds registers that differ from `before`, and flags. */
  seen(before: Snapshot, news: Record<string, number>): void {
    for (let n = 0; n < SEGMENTS_AT; n++)
      if (this.#values[n] !== before.#values[n])
        news[GENERAL[n] ?? "eflags"] = (this.#values[n] as number) >>> 0;
  }

  kept(before: Snapshot): Record<string, string> {
    const news: Record<string, string> = {};
    for (let n = SEGMENTS_AT; n < this.#values.length; n++)
      if (this.#values[n] !== before.#values[n]) news[nameAt(n)] = this.#text(n);
    return news;
  }

  #text(at: number): string {
    if (at >= SYSTEM_AT) return hex(this.#values[at] as number);
    const first = at - ((at - SEGMENTS_AT) % PARTS);
    const [selector, base, limit, access] = Array.from(this.#values.subarray(first, first + PARTS), hex);
    return `${selector} (base ${base}, limit ${limit}, access ${access})`;
  }
}

const hex = (value: number) => (value >>> 0).toString(16);
/** Names of the words of data and stack. */
const WORDS = Array.from({ length: map.DATA_BYTES / 4 }, (_, n) => `[${hex(map.DATA + 4 * n)}]`);

function nameAt(at: number): string {
  if (at < SYSTEM_AT) return Object.keys(SEGMENTS)[Math.floor((at - SEGMENTS_AT) / PARTS)] as string;
  if (at < DEBUG_AT) return Object.keys(SYSTEM)[at - SYSTEM_AT] as string;
  return at < MSR_AT ? `DR${at - DEBUG_AT}` : "MSR";
}

/** `words` is what data and stack held before. */
export function outcome(
  { cpu, bus }: Machine,
  { ring }: Viewer,
  { before, after, words }: { before: Snapshot; after: Snapshot; words: Int32Array },
): Outcome {
  const vector = trapped(cpu, ring);
  if (vector !== undefined) return { kind: "traps", vector };
  const seen: Record<string, number> = { eip: cpu.ip >>> 0 };
  after.seen(before, seen);
  const bytes = bus.ram.subarray(map.DATA, map.DATA + words.byteLength);
  if (Buffer.compare(bytes, new Uint8Array(words.buffer)) !== 0) {
    const now = new Int32Array(bus.ram.buffer, map.DATA, words.length);
    for (let n = 0; n < words.length; n++)
      if (now[n] !== words[n]) seen[WORDS[n] as string] = (now[n] as number) >>> 0;
  }
  return { kind: "completes", seen, kept: after.kept(before) };
}

/** The vector through which the owner of the machine was entered: for a guest, whatever leads to ring 0. */
function trapped({ cpl, ip }: Cpu, ring: Ring): number | undefined {
  if (ring !== 0) return cpl === 0 ? (ip - map.MONITOR_ENTRY) / map.ENTRY_SIZE : undefined;
  const vector = (ip - map.ENTRY) / map.ENTRY_SIZE;
  return Number.isInteger(vector) && vector >= 0 && vector < EXCEPTIONS ? vector : undefined;
}
