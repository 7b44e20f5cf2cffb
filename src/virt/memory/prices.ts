/** What the host's memory management costs: events, and price lists of named hosts with a source on every line. */

/** In nanoseconds; those of the disk keep the disk busy and not the processor. */
export const MEMORY_WORK = [
  /** An access that finds its page, where one is measured alone. */
  "access",
  /** A guest's access without what it needs: out of the guest, to whom it concerns, and back. */
  "violation",
  /** A way out that the guest asks for: a batch of the balloon's, a request to its disk. */
  "exit",
  /** Changing one entry of a p2m and dropping its translation. */
  "mapping",
  /** Filling a frame with zeros, copying one, hashing one, comparing two that are equal, and two of which the first words differ. */
  "zero",
  "copy",
  "hash",
  "compare",
  "differ",
  /** A page in or out of the host's swap file, or of a guest's disk. */
  "diskRead",
  "diskWrite",
  /** The guest's own work: an operation of its workload, and taking a page from somebody. */
  "operation",
  "guestReclaim",
] as const;
export type MemoryWork = (typeof MEMORY_WORK)[number];

const OF_DISK: ReadonlySet<MemoryWork> = new Set(["diskRead", "diskWrite"]);
export const isOfDisk = (work: MemoryWork): boolean => OF_DISK.has(work);

export interface MemoryPrices {
  readonly id: string;
  readonly name: string;
  /** ns each. */
  readonly work: Readonly<Record<MemoryWork, number>>;
  readonly sources: Readonly<Record<MemoryWork, string>>;
}

const PC133 =
  "assumption: PC133 memory moves 8 bytes at 133 MHz, 1064 MB/s at its best, of which half is reached";
const BY_HAND = "assumption: instructions of such a path at 800 MHz, counted by hand; not measured";
const DISK =
  "a disk of 10,000 rpm: half a turn is 3.0 ms; 5.2 ms for a seek and 0.14 ms for 4 KiB at 30 MB/s are recalled of the SCSI disks of " +
  "2001, not looked up. Every transfer is one of its own, at a random place";

/** The host of Waldspurger 2002 was a Dell Precision 420 with Pentium III processors at 800 MHz. */
export const ESX_2002: MemoryPrices = {
  id: "esx2002",
  name: "a server of 2002",
  work: {
    access: 100,
    violation: 5_000,
    exit: 5_000,
    mapping: 500,
    zero: 7_700,
    copy: 15_400,
    hash: 7_700,
    compare: 15_400,
    differ: 200,
    diskRead: 8_340_000,
    diskWrite: 8_340_000,
    operation: 100_000,
    guestReclaim: 2_000,
  },
  sources: {
    access: `${PC133}: a line of 32 bytes that is in no cache`,
    violation: BY_HAND,
    exit: BY_HAND,
    mapping: BY_HAND,
    zero: `${PC133}: 4096 bytes`,
    copy: `${PC133}: 8192 bytes`,
    hash: `${PC133}: 4096 bytes`,
    compare: `${PC133}: 8192 bytes`,
    differ: `${PC133}: two lines of 32 bytes that are in no cache`,
    diskRead: DISK,
    diskWrite: DISK,
    operation:
      "assumption: what a file server does for a request of 4 KiB besides the disk, 10,000 requests a second; not measured",
    guestReclaim: BY_HAND,
  },
};

/** Everything costs one: a world without a gap between memory and disk. */
export const UNIT_PRICES: MemoryPrices = {
  id: "unit",
  name: "one nanosecond for everything",
  work: Object.fromEntries(MEMORY_WORK.map((work) => [work, 1])) as Record<MemoryWork, number>,
  sources: Object.fromEntries(
    MEMORY_WORK.map((work) => [work, "by definition, so that counts are prices"]),
  ) as Record<MemoryWork, string>,
};
