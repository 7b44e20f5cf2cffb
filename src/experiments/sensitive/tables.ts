/** Descriptor tables and task states as bytes: the guest's own, and as a monitor that compresses rings would have them. */
import * as map from "./memory-map.ts";

export type Ring = 0 | 1 | 3;

/** Type and S bit of a descriptor's access byte; P is set by `put`. Segments are marked accessed. */
const CODE = 0x1b;
const CONFORMING = 0x1f;
const DATA = 0x13;
const LDT = 0x02;
const TSS_FREE = 0x09;
const TSS_BUSY = 0x0b;
const CALL_GATE = 0x0c;
const INTERRUPT_GATE = 0x0e;
/** G and D/B: 32 bits, limit in pages. */
const FLAT = 0xc;
const EVERYTHING = 0xfffff;

const PRESENT = 0x80;
const DESCRIPTOR = 8;
const PRESENT_WRITABLE_USER = 7;
export const GDT_BYTES = 0xa0;
export const IDT_BYTES = 256 * DESCRIPTOR;
export const TSS_BYTES = 0x68;
/** Vectors below are exceptions: they are the monitor's, wherever the guest runs. */
export const EXCEPTIONS = 32;

/** Ring compression: what was in ring 0 is in ring `ring`, all else stays where it is. */
export const compress = (level: number, ring: Ring): number => Math.max(level, ring);

interface Descriptor {
  base: number;
  limit: number;
  type: number;
  dpl: number;
  flags?: number;
  absent?: boolean;
}

function put(into: DataView, selector: number, descriptor: Descriptor): void {
  const { base, limit, type, dpl, flags = 0, absent } = descriptor;
  const access = (absent ? 0 : PRESENT) | (dpl << 5) | type;
  const at = selector & ~7;
  into.setUint32(at, (limit & 0xffff) | (base << 16), true);
  into.setUint32(
    at + 4,
    ((base >>> 16) & 0xff) | (access << 8) | (limit & 0xf0000) | (flags << 20) | (base & 0xff000000),
    true,
  );
}

function putGate(into: DataView, at: number, selector: number, offset: number, type: number): void {
  const dpl = selector === map.MONITOR_CODE ? 0 : 3;
  into.setUint32(at, (offset & 0xffff) | (selector << 16), true);
  into.setUint32(at + 4, (offset & 0xffff0000) | ((PRESENT | (dpl << 5) | type) << 8), true);
}

/** The GDT with the guest's kernel in a ring. In ring 0 the guest has the machine to itself. */
export function gdt(ring: Ring): Uint8Array {
  const bytes = new Uint8Array(GDT_BYTES);
  const view = new DataView(bytes.buffer);
  const flat = { base: 0, limit: EVERYTHING, flags: FLAT };
  const task = { limit: TSS_BYTES - 1, dpl: ring };
  const local = { base: map.LDT, limit: 2 * DESCRIPTOR - 1, type: LDT };
  put(view, map.KERNEL_CODE, { ...flat, type: CODE, dpl: ring });
  put(view, map.KERNEL_DATA, { ...flat, type: DATA, dpl: ring });
  put(view, map.USER_CODE, { ...flat, type: CODE, dpl: 3 });
  put(view, map.USER_DATA, { ...flat, type: DATA, dpl: 3 });
  put(view, map.LDT_SELECTOR, { ...local, dpl: ring });
  put(view, map.TSS_SELECTOR, { ...task, base: map.TSS, type: TSS_BUSY });
  // A task switch would take TR away from a monitor: it keeps the descriptor absent, so that #NP calls it.
  put(view, map.OTHER_TSS_SELECTOR, { ...task, base: map.OTHER_TSS, type: TSS_FREE, absent: ring !== 0 });
  putGate(view, map.CALL_GATE, map.KERNEL_CODE, map.FAR_ENTRY, CALL_GATE);
  put(view, map.CONFORMING_CODE, { ...flat, type: CONFORMING, dpl: ring });
  if (ring !== 0) {
    put(view, map.MONITOR_CODE, { ...flat, type: CODE, dpl: 0 });
    put(view, map.MONITOR_DATA, { ...flat, type: DATA, dpl: 0 });
    put(view, map.MONITOR_LDT, { ...local, dpl: 0 });
    put(view, map.MONITOR_TSS, { ...task, base: map.TSS, type: TSS_BUSY, dpl: 0 });
  }
  return bytes;
}

export function ldt(ring: Ring): Uint8Array {
  const bytes = new Uint8Array(2 * DESCRIPTOR);
  put(new DataView(bytes.buffer), map.LOCAL_DATA, {
    ...{ base: 0, limit: EVERYTHING, flags: FLAT },
    ...{ type: DATA, dpl: ring },
  });
  return bytes;
}

/** Exceptions lead to whoever owns the machine, software interrupts to the guest's kernel. */
export function idt(ring: Ring): Uint8Array {
  const bytes = new Uint8Array(IDT_BYTES);
  const view = new DataView(bytes.buffer);
  for (let vector = 0; vector < 256; vector++) {
    const monitor = ring !== 0 && vector < EXCEPTIONS;
    const selector = monitor ? map.MONITOR_CODE : map.KERNEL_CODE;
    const entry = (monitor ? map.MONITOR_ENTRY : map.ENTRY) + map.ENTRY_SIZE * vector;
    putGate(view, DESCRIPTOR * vector, selector, entry, INTERRUPT_GATE);
  }
  return bytes;
}

/** Stack pointers by ring, and the state of a task that may be switched to. Without an I/O permission bitmap. */
export function tss(ring: Ring): Uint8Array {
  const view = new DataView(new ArrayBuffer(TSS_BYTES));
  const set = (at: number, ...values: number[]) => {
    for (const [n, value] of values.entries()) view.setUint32(at + 4 * n, value, true);
  };
  const kernelStack = map.KERNEL_DATA | ring;
  set(4, ring === 0 ? map.STACK : map.MONITOR_STACK, ring === 0 ? kernelStack : map.MONITOR_DATA);
  set(12, map.STACK, kernelStack);
  set(0x1c, map.PAGE_DIRECTORY, map.FAR_ENTRY, 2);
  set(0x38, map.STACK, map.STACK);
  set(0x48, map.KERNEL_DATA, map.KERNEL_CODE | ring, kernelStack, map.KERNEL_DATA, 0, 0);
  set(0x60, map.LDT_SELECTOR);
  view.setUint16(0x66, TSS_BYTES, true);
  return new Uint8Array(view.buffer);
}

/** A directory and one table: the first 4 MiB in pages of 4 KiB, address = physical address, for everyone. */
export function pageTables(): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 * 4096));
  view.setUint32(0, (map.PAGE_DIRECTORY + 4096) | PRESENT_WRITABLE_USER, true);
  for (let page = 0; page < 1024; page++)
    view.setUint32(4096 + 4 * page, (page * 4096) | PRESENT_WRITABLE_USER, true);
  return new Uint8Array(view.buffer);
}
