/**
 * Price lists: what an event costs in cycles on a processor. An experiment never multiplies by an overhead; it counts
 * events and the machine charges these prices as they happen.
 */

/** Entries and ways of a translation look-aside buffer; ways = entries: fully associative. */
export interface TlbGeometry {
  readonly entries: number;
  readonly ways: number;
}

export interface CostProfile {
  readonly name: string;
  /** Cycles a second, for devices that count real time (PIT, RTC, LAPIC). */
  readonly hertz: number;
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
  readonly itlb: TlbGeometry;
  readonly dtlb: TlbGeometry;
  /** Second-level TLB shared by both, and the price of finding an entry there. */
  readonly stlb?: TlbGeometry;
  readonly stlbHit: number;
  /** Where each price comes from: manual and section, or paper and table. Keys are the names above. */
  readonly sources: Readonly<Record<string, string>>;
}
