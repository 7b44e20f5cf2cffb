/**
 * Price lists: what an event costs in cycles on a processor. An experiment never multiplies by an overhead; it counts
 * events and the machine charges these prices as they happen.
 */

/** Entries and ways of a translation look-aside buffer; ways = entries: fully associative. Sets are a power of two. */
export interface TlbGeometry {
  readonly entries: number;
  readonly ways: number;
}

/** A first-level TLB. Sizes without a buffer of their own share the one of 4-KiB pages. */
export interface TlbLevel {
  readonly small: TlbGeometry;
  /** 2- and 4-MiB pages. */
  readonly large?: TlbGeometry;
  /** 1-GiB pages. */
  readonly huge?: TlbGeometry;
}

/** A level of the caches that a page walk reads through: lines of 64 bytes, the least recently used one goes. */
export interface CacheLevel {
  readonly bytes: number;
  readonly ways: number;
  /** Cycles of a reference that is found here. */
  readonly latency: number;
}

export interface WalkCaches {
  /** The nearest first. */
  readonly levels: readonly CacheLevel[];
  /** Cycles of a reference that is found in none. */
  readonly memory: number;
  /** Cycles of each walk before its first reference: the last TLB had to be looked up. */
  readonly start: number;
}

/** Hardware-assisted virtualization: a way out of the guest, the way back, and an access to a field of the VMCS. */
export interface WorldSwitchPrices {
  readonly exit: number;
  readonly entry: number;
  readonly read: number;
  readonly write: number;
}

/** The part of a monitor's work that moves data between guests and devices. */
export const IO_MONITOR_WORK = [
  /** A notification from a guest that goes to a back end by itself, without its access being emulated: ioeventfd. */
  "kick",
  /** A back end: taking one request off a ring, checking it, asking the host for it, and putting its completion back. */
  "request",
  /** The Internet checksum over a line of 64 bytes, when nobody copies it at the same time. */
  "checksumLine",
  /** Copying a line of 64 bytes between two memories. */
  "copyLine",
  /** A packet's way through the host's or the driver domain's network code: the bridge, the tap or the NIC's driver. */
  "packet",
  /** An operating system's own code for a segment that it sends: system call, TCP, IP, the card's driver; its copies and sums apart. … */
  "stackOut",
  /** … and for one that it receives, with its share of the card's interrupt. */
  "stackIn",
  /** Grant tables: checking and mapping a page of another domain, … */
  "grantMap",
  /** … taking the mapping away with its translations, … */
  "grantUnmap",
  /** … or checking both sides of a copy, beside the lines that it copies. */
  "grantCopy",
  /** … or giving a page of one's own away for good: out of one address space, into another. */
  "grantTransfer",
  /** An event channel's bit set for another domain. */
  "eventSend",
  /** From one domain to another on the same processor: scheduling, registers, address space. */
  "domainSwitch",
  /** An entry of an I/O page table written, … */
  "ioMap",
  /** … or taken away, … */
  "ioUnmap",
  /** … and an invalidation sent to the IOMMU and waited for. */
  "iotlbFlush",
  /** An interrupt written to a posted-interrupt descriptor in place of an injection. */
  "interruptPost",
] as const;
export type IoWork = (typeof IO_MONITOR_WORK)[number];

/** What a monitor's own paths are made of. The monitors here are TypeScript, so their code has prices in place of instructions. */
export const MONITOR_WORK = [
  /** From the first instruction of a trap's handler to the one that knows what to do, and back: registers saved and restored. */
  "dispatch",
  /** Fetching and decoding the guest's instruction, … */
  "decode",
  /** … and doing to the virtual processor what it says. */
  "emulate",
  /** One instruction of guest code that is interpreted: all of fetching, decoding, doing. */
  "interpret",
  /** Making the guest's handler run: gate, frame, virtual flags. */
  "inject",
  /** A reference of a walk through the guest's page tables in software. */
  "guestWalk",
  /** Writing an entry of a shadow page table, with its bookkeeping, and taking one away. */
  "shadowFill",
  "shadowDrop",
  /** A write to a page table that the monitor keeps write-protected: what it does besides emulating the instruction. */
  "tracedWrite",
  /** Another address space: finding or making its shadow, or checking its directory, and loading CR3. */
  "addressSpace",
  /** Binary translation: out of translated code into the monitor and back, without a change of ring. */
  "callout",
  /** An instruction translated. */
  "translate",
  /** The monitor's look-up of a translation that the code cache's own did not find. */
  "lookup",
  /** From translated kernel code to the user's own, or back: segments, virtual state. */
  "userEntry",
  /** Paravirtualization: a hypercall's way in, to its function, and back, once the trap is paid. */
  "hypercall",
  /** Checking one page-table entry or descriptor that a guest wants to have. */
  "validate",
  /** An event to a paravirtual guest. */
  "upcall",
  /** An access to a register of an emulated device. */
  "device",
  /** A hosted monitor: from its world to the host's, or back. */
  "worldSwitch",
  /** A system call of the host's, on behalf of the guest. */
  "hostCall",
  /** Full-system translation: a C function that does what one instruction says, beside the instruction: arguments, entry, checks, return. */
  "helper",
  ...IO_MONITOR_WORK,
] as const;
export type MonitorWork = (typeof MONITOR_WORK)[number];

/** What work costs a monitor, in cycles. */
export interface MonitorPrices {
  readonly id: string;
  readonly name: string;
  readonly work: Readonly<Record<MonitorWork, number>>;
  /** Where each price comes from; keys are the names of `work`. */
  readonly sources: Readonly<Record<MonitorWork, string>>;
}

export interface CostProfile {
  /** What a command line calls it. */
  readonly id: string;
  readonly name: string;
  /** Cycles a second, for devices that count real time (PIT, RTC, LAPIC). */
  readonly hertz: number;
  /** RAM of a machine of its time, in bytes: what a board gets that is not told how much. */
  readonly ram: number;
  /** MAXPHYADDR (CPUID 80000008h EAX): bits of a physical address; page-table bits above are reserved. */
  readonly physicalBits: number;
  /** Pages of 1 GiB (CPUID 80000001h EDX.26). */
  readonly gigabytePages: boolean;
  /** Of an instruction without a price of its own. */
  readonly instruction: number;
  /** By mnemonic. */
  readonly instructions: Readonly<Record<string, number>>;
  /** A memory operand's extra. */
  readonly memory: number;
  /** One reference of a page walk, where there are no walkCaches. */
  readonly walkReference: number;
  /** Delivering an exception or a software interrupt within a ring, and the extra of a ring change. */
  readonly exception: number;
  readonly ringChange: number;
  readonly externalInterrupt: number;
  readonly portAccess: number;
  /** MOV to CR3, beyond MOV to a control register: translations are dropped, and what follows waits. */
  readonly cr3Load: number;
  /** An access to a memory-mapped device. */
  readonly mmioAccess: number;
  readonly itlb: TlbLevel;
  readonly dtlb: TlbLevel;
  /** Second-level TLB for pages of 4 KiB, 2 and 4 MiB, shared by both, and the price of finding an entry there. */
  readonly stlb?: TlbGeometry;
  readonly stlbHit: number;
  /**
   * Paging-structure caches by the level of the entries that they hold: of level 2 (the PDE cache), 3, 4. A processor without walks from
   * the root each time, as a textbook's does.
   */
  readonly structureCaches?: readonly TlbGeometry[];
  /** The same for guest-physical addresses, and a TLB of guest-physical pages. */
  readonly nestedStructureCaches?: readonly TlbGeometry[];
  readonly nestedTlb?: TlbGeometry;
  /** What a reference of a page walk costs by where its line is found; without it each costs walkReference. */
  readonly walkCaches?: WalkCaches;
  /** VT-x; absent on a processor without. */
  readonly vmx?: WorldSwitchPrices;
  /** Where each price comes from: manual and section, or paper and table. Keys are the names above. */
  readonly sources: Readonly<Record<string, string>>;
}
