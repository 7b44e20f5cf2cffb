/** Floppy disks by size. The BIOS gives the first disk drive number 00h as well when it has one of these sizes. */

export interface Floppy {
  readonly heads: number;
  /** Sectors of a track. */
  readonly track: number;
  readonly cylinders: number;
  /** Kind of the drive, as INT 13h service 08h tells it. */
  readonly type: number;
}

export const FLOPPIES: readonly Floppy[] = [
  { heads: 1, track: 8, cylinders: 40, type: 1 }, // 160 KiB
  { heads: 1, track: 9, cylinders: 40, type: 1 }, // 180 KiB
  { heads: 2, track: 8, cylinders: 40, type: 1 }, // 320 KiB
  { heads: 2, track: 9, cylinders: 40, type: 1 }, // 360 KiB
  { heads: 2, track: 9, cylinders: 80, type: 3 }, // 720 KiB
  { heads: 2, track: 15, cylinders: 80, type: 2 }, // 1.2 MiB
  { heads: 2, track: 18, cylinders: 80, type: 4 }, // 1.44 MiB
  { heads: 2, track: 36, cylinders: 80, type: 6 }, // 2.88 MiB
];

export const sectorsOf = ({ heads, track, cylinders }: Floppy): number => heads * track * cylinders;
