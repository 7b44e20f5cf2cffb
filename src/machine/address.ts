/**
 * The four address spaces of a virtualized PC. Each is a plain number at run time and a type of its own at compile time:
 *
 *     guest virtual ──guest page table──▶ guest physical ──EPT / shadow──▶ host physical
 *                                          I/O virtual ────IOMMU─────────▶ host physical
 */
declare const space: unique symbol;

/**
 * A guest's linear address (SDM Vol. 3, 3.3). In 64-bit mode the canonical address as a signed number, −2^47 … 2^47−1;
 * otherwise 32 bits as an int32, so that 0x80000000 is −2147483648 and never leaves V8's small integers.
 */
export type Gva = number & { readonly [space]: "guest virtual" };
/** A guest's physical address, 0 … 2^52−1. */
export type Gpa = number & { readonly [space]: "guest physical" };
/** A physical address of the host. */
export type Hpa = number & { readonly [space]: "host physical" };
/** What a device puts on the bus before an IOMMU translates it. */
export type Iova = number & { readonly [space]: "I/O virtual" };

/** "0x00007c00", "0xffff800000000000": an address as manuals print it. */
export function hex(address: number, digits = 8): string {
  const value = address >= 0 ? BigInt(address) : BigInt.asUintN(digits > 8 ? 64 : 32, BigInt(address));
  return `0x${value.toString(16).padStart(digits, "0")}`;
}
