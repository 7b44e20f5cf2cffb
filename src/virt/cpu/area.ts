/**
 * Where a monitor lives in every address space of its guest: the last 4 MiB of linear memory, one page table's worth. Guest segments
 * that end below are what protects it from ring 1, which the U/S bit of a page does not tell from ring 0 (SDM Vol. 3, 5.11.1).
 */

/** First linear address of the monitor's area, as int32. */
export const MONITOR_AREA = 0xffc00000 | 0;

/** The same, unsigned: the bytes that a guest's segments may cover. */
export const BELOW_AREA = 0xffc00000;
