/**
 * Segment registers and descriptor tables as data, for people: what a register holds besides its selector, and what the GDT and the
 * IDT say (SDM Vol. 3, 3.4 and 6.11). Reading has no effect on the machine.
 */
import type { Cpu } from "../cpu/cpu.ts";
import {
  BIG,
  CALL_GATE16,
  CALL_GATE32,
  CODE,
  CONFORMING,
  Descriptor,
  INTERRUPT_GATE16,
  INTERRUPT_GATE32,
  LDT,
  LONG,
  SEGMENT,
  systemAddress,
  TASK_GATE,
  TRAP_GATE16,
  TRAP_GATE32,
  TSS16,
  TSS16_BUSY,
  TSS32,
  TSS32_BUSY,
  WRITABLE,
} from "../cpu/descriptor.ts";
import type { Machine } from "../machine.ts";
import { peek } from "./look.ts";

const DESCRIPTOR = 8;
const MOST_VECTORS = 256;
/** Bytes of a vector in real mode. */
const VECTOR = 4;
/** `type` of one. */
export const REAL_VECTOR = "real-mode vector";

export interface SegmentView {
  readonly name: string;
  readonly selector: number;
  readonly base: bigint;
  readonly limit: number;
  /** "code, 32-bit, readable, DPL 0", "unusable". */
  readonly type: string;
}

export interface DescriptorView {
  /** Of the GDT: the selector. Of the IDT: the vector. */
  readonly index: number;
  /** "code, 32-bit, readable", "interrupt gate, 32-bit", "null". */
  readonly type: string;
  readonly dpl: number;
  readonly present: boolean;
  /** Of a segment, an LDT or a TSS. */
  readonly base?: bigint;
  readonly limit?: number;
  /** Of a gate. */
  readonly target?: { readonly selector: number; readonly offset: bigint };
}

const GATES = new Map([
  [CALL_GATE16, "call gate, 16-bit"],
  [CALL_GATE32, "call gate"],
  [TASK_GATE, "task gate"],
  [INTERRUPT_GATE16, "interrupt gate, 16-bit"],
  [INTERRUPT_GATE32, "interrupt gate"],
  [TRAP_GATE16, "trap gate, 16-bit"],
  [TRAP_GATE32, "trap gate"],
]);
const SYSTEM = new Map([
  [LDT, "LDT"],
  [TSS16, "TSS, 16-bit, available"],
  [TSS16_BUSY, "TSS, 16-bit, busy"],
  [TSS32, "TSS, available"],
  [TSS32_BUSY, "TSS, busy"],
]);

const wide = (high: number, low: number) => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);

/** ES, CS, SS, DS, FS, GS, LDTR and TR with their hidden parts. */
export function segments(cpu: Cpu): SegmentView[] {
  const { selector, base, baseHigh, limit, access } = cpu.segments;
  return "es cs ss ds fs gs ldtr tr".split(" ").map((name, n) => {
    const view = new Descriptor();
    view.high = access[n] as number;
    const type = view.present ? `${typeOf(view)}, DPL ${view.dpl}` : "unusable";
    return {
      ...{ name, type, selector: selector[n] as number, limit: (limit[n] as number) >>> 0 },
      base: wide(baseHigh[n] as number, base[n] as number),
    };
  });
}

/** The descriptors of the GDT that are not null; in IA-32e mode system descriptors take two places. */
export function gdt(machine: Machine): DescriptorView[] {
  const { cpu } = machine;
  const { base, baseHigh, limit } = cpu.gdtr;
  const found: DescriptorView[] = [];
  for (let at = 0; at + DESCRIPTOR - 1 <= limit; at += DESCRIPTOR) {
    const entry = read(machine, base, baseHigh, at);
    if (entry === undefined) break;
    if (entry.low === 0 && entry.high === 0) continue;
    const { dpl, present } = entry;
    const common = { index: at, type: typeOf(entry), dpl, present };
    const upper =
      cpu.longMode && !isSegment(entry) ? read(machine, base, baseHigh, at + DESCRIPTOR) : undefined;
    if (GATES.has(entry.type) && !isSegment(entry)) found.push({ ...common, target: target(entry, upper) });
    else found.push({ ...common, base: wide(upper?.low ?? 0, entry.base), limit: entry.limit >>> 0 });
    if (upper) at += DESCRIPTOR;
  }
  return found;
}

/** The gates of the IDT that are not empty; in real mode the vectors of the interrupt table that are not 0:0. */
export function idt(machine: Machine): DescriptorView[] {
  const { cpu } = machine;
  const { base, baseHigh, limit } = cpu.idtr;
  if (!cpu.protectedMode) return interruptTable(machine);
  const size = cpu.longMode ? 2 * DESCRIPTOR : DESCRIPTOR;
  const found: DescriptorView[] = [];
  for (let index = 0; index < MOST_VECTORS && index * size + size - 1 <= limit; index++) {
    const entry = read(machine, base, baseHigh, index * size);
    if (entry === undefined) break;
    if (entry.low === 0 && entry.high === 0) continue;
    const upper = cpu.longMode ? read(machine, base, baseHigh, index * size + DESCRIPTOR) : undefined;
    const { dpl, present } = entry;
    found.push({ ...{ index, dpl, present, type: typeOf(entry) }, target: target(entry, upper) });
  }
  return found;
}

function interruptTable(machine: Machine): DescriptorView[] {
  const { base, limit } = machine.cpu.idtr;
  const bytes = peek(
    machine,
    systemAddress(machine.cpu, base, 0, 0),
    Math.min(limit + 1, MOST_VECTORS * VECTOR),
  );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: DescriptorView[] = [];
  for (let at = 0; at + VECTOR <= bytes.length; at += VECTOR) {
    if (view.getUint32(at, true) === 0) continue;
    const to = { selector: view.getUint16(at + 2, true), offset: BigInt(view.getUint16(at, true)) };
    found.push({ index: at / VECTOR, type: REAL_VECTOR, dpl: 0, present: true, target: to });
  }
  return found;
}

function read(machine: Machine, base: number, baseHigh: number, offset: number): Descriptor | undefined {
  const bytes = peek(machine, systemAddress(machine.cpu, base, baseHigh, offset), DESCRIPTOR);
  if (bytes.length < DESCRIPTOR) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const descriptor = new Descriptor();
  descriptor.low = view.getInt32(0, true);
  descriptor.high = view.getInt32(4, true);
  return descriptor;
}

function isSegment({ high }: Descriptor): boolean {
  return (high & SEGMENT) !== 0;
}

function typeOf(entry: Descriptor): string {
  const { high } = entry;
  if (!isSegment(entry))
    return GATES.get(entry.type) ?? SYSTEM.get(entry.type) ?? `reserved type ${entry.type}`;
  if ((high & CODE) !== 0) {
    const bits = (high & LONG) !== 0 ? 64 : (high & BIG) !== 0 ? 32 : 16;
    const conforming = (high & CONFORMING) !== 0 ? ", conforming" : "";
    return `code, ${bits}-bit${(high & WRITABLE) !== 0 ? ", readable" : ""}${conforming}`;
  }
  const down = (high & CONFORMING) !== 0 ? ", expand-down" : "";
  return `data, ${(high & WRITABLE) !== 0 ? "writable" : "read-only"}${(high & BIG) !== 0 ? "" : ", 16-bit stack"}${down}`;
}

function target(entry: Descriptor, upper: Descriptor | undefined) {
  return { selector: entry.gateSelector, offset: wide(upper?.low ?? 0, entry.gateOffset) };
}
