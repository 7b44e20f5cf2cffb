/** Names of the task file's bits and commands (ATA/ATAPI-6, clauses 7 and 8). */

export const STATUS = { ERR: 0x01, DRQ: 0x08, DSC: 0x10, DF: 0x20, DRDY: 0x40, BSY: 0x80 } as const;
/** Bits of the error register. */
export const ERROR = { ABRT: 0x04, IDNF: 0x10 } as const;
/** Bits of the device control register. */
export const CONTROL = { NIEN: 0x02, SRST: 0x04, HOB: 0x80 } as const;
/** Bits of the device register. */
export const DEVICE = { HEAD: 0x0f, DEV: 0x10, LBA: 0x40 } as const;

/** Offsets from the channel's first port. */
export const DATA = 0;
/** Error when read. */
export const FEATURES = 1;
export const COUNT = 2;
export const LBA_LOW = 3;
export const LBA_MID = 4;
export const LBA_HIGH = 5;
export const DEVICE_SELECT = 6;
/** Status when read. */
export const COMMAND = 7;
