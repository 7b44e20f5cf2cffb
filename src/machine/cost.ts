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
  /** One reference of a page walk. */
  readonly walkReference: number;
  /** Delivering an exception or a software interrupt within a ring, and the extra of a ring change. */
  readonly exception: number;
  readonly ringChange: number;
  readonly externalInterrupt: number;
  readonly portAccess: number;
  /** An access to a memory-mapped device. */
  readonly mmioAccess: number;
  readonly itlb: TlbLevel;
  readonly dtlb: TlbLevel;
  /** Second-level TLB for pages of 4 KiB, 2 and 4 MiB, shared by both, and the price of finding an entry there. */
  readonly stlb?: TlbGeometry;
  readonly stlbHit: number;
  /** Where each price comes from: manual and section, or paper and table. Keys are the names above. */
  readonly sources: Readonly<Record<string, string>>;
}
