/**
 * The interface between a Xen-like monitor and its 32-bit guest, two-level page tables: numbers and layouts of Xen 3 (xen/include/public:
 * xen.h, arch-x86/xen-x86_32.h, sched.h, event_channel.h, vcpu.h).
 */

/** Hypercalls: INT 82h on ring 1, the number in EAX, arguments in EBX, ECX, EDX, ESI, EDI. */
export const HYPERCALL_VECTOR = 0x82;
/** The one software interrupt that may lead from ring 3 to the guest's kernel without the monitor. */
export const FAST_VECTOR = 0x80;

/** What a failed hypercall returns: Linux's error numbers, negative. */
export const EPERM = -1;
export const EFAULT = -14;
export const EINVAL = -22;
export const ENOSPC = -28;
export const ENOSYS = -38;

/** This domain. */
export const DOMID_SELF = 0x7ff0;

/** mmu_update: low bits of `ptr`. */
export const NORMAL_UPDATE = 0;
export const MACHPHYS_UPDATE = 1;

export const MMUEXT = {
  PIN_L1: 0,
  PIN_L2: 1,
  UNPIN: 4,
  NEW_BASEPTR: 5,
  TLB_FLUSH_LOCAL: 6,
  INVLPG_LOCAL: 7,
} as const;

/** update_va_mapping: flags. */
export const UVMF = { TLB_FLUSH: 1, INVLPG: 2 } as const;

/** vcpu_info: 64 bytes. */
export const VCPU_INFO = { pending: 0, mask: 1, selector: 4, cr2: 8, size: 64 } as const;
/** shared_info: 32 vcpu_infos, then pending and masked events, a bit each. */
export const SHARED_INFO = { pending: 2048, mask: 2176 } as const;
/** start_info. */
export const START_INFO = {
  magic: "xen-3.0-x86_32",
  pages: 32,
  sharedInfo: 36,
  storeFrame: 44,
  storePort: 48,
  consoleFrame: 52,
  consolePort: 56,
  tables: 60,
  tableCount: 64,
  frameList: 68,
} as const;

/**
 * The monitor's part of every address space. A guest's segments end with the map that it may read:
 *
 *     FC000000   machine → physical, a dword a frame, read-only
 *     FC400000   GDT: 14 pages of the guest's, two of the monitor's; IDT; TSS
 */
export const MACH2PHYS = 0xfc000000 | 0;
export const GUEST_END = 0xfc400000;
/** Where a guest's own addresses end: the monitor's map is not for it to hand over. */
export const HYPERVISOR_START = 0xfc000000;
export const GDT_AREA = 0xfc400000 | 0;
export const GDT_PAGES = 16;
export const GUEST_GDT_PAGES = 14;
export const IDT_AREA = 0xfc410000 | 0;
export const TSS_AREA = 0xfc411000 | 0;
/** First directory entry of the monitor's, and that of the second part. */
export const FIRST_MONITOR_ENTRY = 0x3f0;

export const FIRST_MONITOR_SELECTOR = 8 * 512 * GUEST_GDT_PAGES;
/** Selectors that the monitor provides in every GDT. */
export const SELECTOR = {
  monitorCode: 0xe008,
  monitorData: 0xe010,
  ring1Code: 0xe019,
  ring1Data: 0xe021,
  ring3Code: 0xe02b,
  ring3Data: 0xe033,
  task: 0xe040,
} as const;
