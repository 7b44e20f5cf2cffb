/**
 * Which physical addresses are memory, as firmware tells it (ACPI 6.5, 15: "System Address Map Interfaces"): to INT 15h
 * E820h, to fw_cfg and to a multiboot kernel.
 *
 *     0 ───────────── 9fc00 ─── a0000 ───── f0000 ── 100000 ─────── RAM size
 *     │ usable        │ EBDA    │ VGA       │ ROM    │ usable
 */
export const USABLE = 1;
export const RESERVED = 2;

/** Segment and address of the extended BIOS data area, the last KiB of base memory. */
export const EBDA = 0x9fc00;
export const ROM = 0xf0000;
const HIGH = 0x100000;

export interface MapEntry {
  readonly base: number;
  readonly length: number;
  readonly type: typeof USABLE | typeof RESERVED;
}

/** Sorted, without overlaps. Addresses that are in no entry have nothing that an operating system may use. */
export function memoryMap(ramBytes: number): MapEntry[] {
  const entries: MapEntry[] = [
    { base: 0, length: EBDA, type: USABLE },
    { base: EBDA, length: 0xa0000 - EBDA, type: RESERVED },
    { base: ROM, length: HIGH - ROM, type: RESERVED },
  ];
  if (ramBytes > HIGH) entries.push({ base: HIGH, length: ramBytes - HIGH, type: USABLE });
  entries.push({ base: 0xffff0000, length: 0x10000, type: RESERVED });
  return entries;
}

/** The 20-byte entries of INT 15h E820h: base, length, type. */
export function e820(entries: readonly MapEntry[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(20 * entries.length));
  for (const [i, { base, length, type }] of entries.entries()) {
    view.setBigUint64(20 * i, BigInt(base), true);
    view.setBigUint64(20 * i + 8, BigInt(length), true);
    view.setUint32(20 * i + 16, type, true);
  }
  return new Uint8Array(view.buffer);
}
