/**
 * The CMOS registers that tell a BIOS of RAM. Registers 15 … 18h and 30h, 31h are those of the IBM PC/AT (Technical Reference, "CMOS RAM
 * Address Map"), 34h, 35h those that Bochs and QEMU added for memory above 16 MiB.
 *
 *     15 16  KiB below 640 KiB     17 18, 30 31  KiB above 1 MiB, at most 64 MiB     34 35  units of 64 KiB above 16 MiB
 */
const KIB = 1024;
const MIB = 1024 * KIB;

/** Pairs of register and byte. */
export function cmosMemorySizes(bytes: number): [index: number, value: number][] {
  const extended = Math.min(Math.max(0, bytes - MIB) / KIB, 0xffff);
  const above16 = Math.min(Math.max(0, bytes - 16 * MIB) / (64 * KIB), 0xffff);
  return [...word(0x15, 640), ...word(0x17, extended), ...word(0x30, extended), ...word(0x34, above16)];
}

function word(index: number, value: number): [number, number][] {
  return [
    [index, value & 0xff],
    [index + 1, (value >> 8) & 0xff],
  ];
}
