/**
 * What a guest can see of its machine, as a number: two machines with equal fingerprints look the same to every instruction that does not ask
 * for time or devices. Left out, as no two ways of running a guest share it:
 *
 *     time        the clock, TSC and its offset, cycle and event counts
 *     devices     PIC, PIT, APIC, UART, disk … (their progress is a matter of time), and with them pending interrupts
 *     caches      TLBs, decoded code
 *
 * A program that stores what RDTSC gave it stores time; where it does so can be said. All else is in: registers with the hidden parts of segments, control, debug and model-specific registers, x87, SSE, every byte of RAM
 * (accessed and dirty bits of page tables included).
 */
import type { Cpu, TableRegister } from "../cpu/cpu.ts";
import type { Machine } from "../machine.ts";

const PAGE = 4096;
const STAMP_BYTES = 8;

export const FINGERPRINT_PARTS = [
  "general",
  "flags",
  "segments",
  "tables",
  "control",
  "debug",
  "msrs",
  "x87",
  "sse",
  "memory",
] as const;
export type FingerprintPart = (typeof FINGERPRINT_PARTS)[number];

export interface Fingerprint {
  /** Eight hex digits for all of it. */
  readonly hash: string;
  readonly parts: Readonly<Record<FingerprintPart, string>>;
}

/**
 * Of a machine that does not run at the moment; an engine is asked to bring its state up to date. `stamps`: addresses at which programs keep readings
 * of the time-stamp counter; as their page may lie anywhere, the 8 bytes at this offset of every page are left out.
 */
export function fingerprint(machine: Machine, stamps: readonly number[] = []): Fingerprint {
  machine.executor?.sync();
  const { cpu, bus } = machine;
  const { selector, base, baseHigh, limit, access } = cpu.segments;
  const { fpu, sse } = cpu;
  const parts: Record<FingerprintPart, string> = {
    general: digest([...cpu.r32, cpu.ip, cpu.ipHigh]),
    flags: digest([cpu.flags.value, cpu.cpl]),
    segments: digest([...selector, ...base, ...baseHigh, ...limit, ...access]),
    tables: digest([cpu.gdtr, cpu.idtr].flatMap(tableWords)),
    control: digest(controlWords(cpu)),
    debug: digest([...cpu.dr, ...cpu.drHigh]),
    msrs: digest([...cpu.msr]),
    x87: digest([
      ...[fpu.empty, fpu.control, fpu.status, fpu.opcode, fpu.ip, fpu.ipHigh, fpu.cs, fpu.dp, fpu.dpHigh],
      ...[fpu.ds, ...words(fpu.values), ...words(fpu.significands), ...words(fpu.exponents)],
      ...words(fpu.exact),
    ]),
    sse: digest([sse.mxcsr, ...sse.xmm.i32]),
    memory: digest(words(without(bus.ram, stamps))),
  };
  return { hash: digest(FINGERPRINT_PARTS.map((name) => Number.parseInt(parts[name], 16))), parts };
}

/** Parts in which two machines differ. */
export function unequalParts(a: Fingerprint, b: Fingerprint): FingerprintPart[] {
  return FINGERPRINT_PARTS.filter((name) => a.parts[name] !== b.parts[name]);
}

const tableWords = ({ base, baseHigh, limit }: TableRegister) => [base, baseHigh, limit];

const controlWords = ({ cr0, cr2, cr2High, cr3, cr3High, cr4, efer, cr8 }: Cpu) => [
  ...[cr0, cr2, cr2High, cr3, cr3High, cr4, efer, cr8],
];

function without(ram: Uint8Array, stamps: readonly number[]): Uint8Array {
  if (stamps.length === 0) return ram;
  const copy = ram.slice();
  for (const stamp of stamps)
    for (let at = stamp & (PAGE - 1); at < copy.length; at += PAGE) copy.fill(0, at, at + STAMP_BYTES);
  return copy;
}

function words(array: ArrayBufferView): Int32Array {
  const { buffer, byteOffset, byteLength } = array;
  if (byteOffset % 4 === 0 && byteLength % 4 === 0) return new Int32Array(buffer, byteOffset, byteLength / 4);
  const padded = new Uint8Array(Math.ceil(byteLength / 4) * 4);
  padded.set(new Uint8Array(buffer, byteOffset, byteLength));
  return new Int32Array(padded.buffer);
}

/** FNV-1a over words, with a final shift so that high bits count (Fowler, Noll, Vo). */
function digest(values: ArrayLike<number>): string {
  let hash = 0x811c9dc5 | 0;
  for (let n = 0; n < values.length; n++) {
    hash = Math.imul(hash ^ (values[n] as number), 0x01000193);
    hash ^= hash >>> 15;
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}
