/**
 * Where everything lies in the 64 MiB of the oracle's machine. The assembly in harness/ and the worlds agree on it.
 *
 *     0x0000_0000  interrupt vectors (real mode)
 *     0x0000_1000  harness/small.asm, the supervisor's real-mode part, and its 256 stubs at 0x1a00
 *     0x0002_0000  the window: what a case sees and may change, restored before and compared after each case
 *     0x01c0_0000  the supervisor: code, control block, stubs, IDTs, its own page tables
 *     0x01d0_0000  the window's master copy
 *     0x0200_0000  cases, 512 bytes each
 *     0x0300_0000  outcomes
 *
 * The rest of the low megabyte is filled with INT3, so that a wild jump ends at once.
 */
export const RAM = 64 << 20;

export const SMALL = 0x1000;
export const SMALL_STUBS = 0x1a00;
export const SMALL_STUB_SIZE = 12;

export const DATA0 = 0x20000;
export const DATA1 = 0x21000;
export const STACK = 0x22000;
export const CODE = 0x23000;
/** Far transfers and gates land here: nothing but INT3. */
export const LANDING = CODE + 0xf00;
export const GDT = 0x24000;
export const GDT_LIMIT = 0x2ff;
export const LDT = 0x24800;
export const LDT_LIMIT = 0xff;
export const TSS = 0x24a00;
export const TSS_LIMIT = 0x68 + 0x20;
export const DOUBLE_TSS = 0x24c00;
export const OTHER_TSS = 0x24d00;
export const SMALL_TSS = 0x24e00;
export const PT = 0x25000;
export const PD = 0x26000;
export const PML4 = 0x27000;
export const PDPT = 0x28000;
/** Three tables that map the page below the canonical hole. */
export const EDGE = 0x29000;

export const HARNESS = 0x01c00000;
export const EXIT32 = HARNESS + 0x10;
export const DOUBLED = HARNESS + 0x20;
export const EXIT64 = HARNESS + 0x30;
export const CONTROL = 0x01c20000;
export const OUTCOME = 0x01c22000;
export const RING0_STACK = 0x01c26000;
export const IST_STACK = 0x01c28000;
export const STUBS32 = 0x01c30000;
export const STUBS64 = 0x01c32000;
export const STUB_SIZE = 16;
export const IDT32 = 0x01c34000;
export const IDT64_IST = 0x01c36000;
export const IDT64 = 0x01c37000;
export const HARNESS_PT = 0x01c42000;
export const HARNESS_PML4 = 0x01c43000;
export const MASTER = 0x01d00000;
export const CASES = 0x02000000;
export const CASE_SIZE = 512;
export const MOST_CASES = 0x01000000 / CASE_SIZE;
export const LOG = 0x03000000;
export const LOG_END = 0x04000000;

/** Selectors of the supervisor; those for cases are in descriptors.ts. */
export const KCODE = 0x08;
export const KDATA = 0x10;
export const KCODE64 = 0x18;
export const KTSS = 0x30;
export const KDOUBLE = 0x40;
