/**
 * A guest kernel and its tables in the first MiB, and beside them what belongs to the monitor. Flat segments throughout.
 *
 *     01000 GDT   02000 IDT   03000 LDT   04000 TSS, TSS of another task   06000 ▲ monitor's stack
 *     08000 data  08c00 ▼ stack           10000 the instructions           30000 entries into the guest kernel
 *     40000 GDT   42000 IDT   (the same tables at places of the monitor's own)   50000 page directory   60000 monitor's entries
 */

export const GDT = 0x1000;
export const IDT = 0x2000;
export const LDT = 0x3000;
export const TSS = 0x4000;
export const OTHER_TSS = 0x4100;
export const MONITOR_STACK = 0x6000;
export const DATA = 0x8000;
/** Data and stack together. */
export const DATA_BYTES = 0x1000;
export const STACK = 0x8c00;
export const CODE = 0x10000;
/** Of the guest: where gates and system calls lead. Vector n enters at ENTRY + 16 n. */
export const ENTRY = 0x30000;
export const MOVED_GDT = 0x40000;
export const MOVED_IDT = 0x42000;
export const PAGE_DIRECTORY = 0x50000;
/** Where call gates and far pointers lead. */
export const FAR_ENTRY = 0x32000;
/** Of the monitor: vector n enters at MONITOR_ENTRY + 16 n, SYSENTER behind the last. */
export const MONITOR_ENTRY = 0x60000;
export const ENTRY_SIZE = 16;
export const SYSENTER_VECTOR = 256;

/** Selectors of the guest's GDT, with RPL 0. */
export const KERNEL_CODE = 0x08;
export const KERNEL_DATA = 0x10;
export const USER_CODE = 0x18;
export const USER_DATA = 0x20;
export const LDT_SELECTOR = 0x28;
export const TSS_SELECTOR = 0x30;
export const OTHER_TSS_SELECTOR = 0x38;
export const CALL_GATE = 0x40;
export const CONFORMING_CODE = 0x48;
/** Of the guest's LDT. */
export const LOCAL_DATA = 0x0c;
/** The monitor's own. */
export const MONITOR_CODE = 0x80;
export const MONITOR_DATA = 0x88;
export const MONITOR_LDT = 0x90;
export const MONITOR_TSS = 0x98;

/** What a kernel may meet as a selector: null, everything that its tables hold, and its own segments as other rings ask for them. */
export const SELECTORS: readonly number[] = [
  ...[
    0,
    KERNEL_CODE,
    KERNEL_DATA,
    USER_CODE | 3,
    USER_DATA | 3,
    LDT_SELECTOR,
    TSS_SELECTOR,
    OTHER_TSS_SELECTOR,
  ],
  ...[CALL_GATE, CONFORMING_CODE, LOCAL_DATA],
  ...[KERNEL_CODE, KERNEL_DATA, USER_CODE, CONFORMING_CODE].map((selector) => selector | 1),
  ...[KERNEL_CODE, KERNEL_DATA, CONFORMING_CODE].map((selector) => selector | 3),
];

/** The port that DX holds; as an operand of other instructions than IN and OUT it is a small number. */
export const PORT = 2;
