/** The controller's commands and what its status registers say (82077AA, 5 and 4). */
export const OPCODE = {
  SPECIFY: 0x03,
  WRITE: 0x05,
  READ: 0x06,
  RECALIBRATE: 0x07,
  SENSE_INTERRUPT: 0x08,
  READ_ID: 0x0a,
  SEEK: 0x0f,
  VERSION: 0x10,
} as const;

/** Bytes of the command, and which of the bits MT (80h), MFM (40h) and SK (20h) it may have. */
export const COMMANDS: ReadonlyMap<number, { readonly length: number; readonly modifiers: number }> = new Map(
  [
    [OPCODE.SPECIFY, { length: 3, modifiers: 0 }],
    [OPCODE.WRITE, { length: 9, modifiers: 0xc0 }],
    [OPCODE.READ, { length: 9, modifiers: 0xe0 }],
    [OPCODE.RECALIBRATE, { length: 2, modifiers: 0 }],
    [OPCODE.SENSE_INTERRUPT, { length: 1, modifiers: 0 }],
    [OPCODE.READ_ID, { length: 2, modifiers: 0x40 }],
    [OPCODE.SEEK, { length: 3, modifiers: 0 }],
    [OPCODE.VERSION, { length: 1, modifiers: 0 }],
  ],
);

export const ST0 = { ABNORMAL: 0x40, INVALID: 0x80, POLLING: 0xc0, SEEK_END: 0x20, EQUIPMENT: 0x10 } as const;
export const ST1 = { NO_ADDRESS_MARK: 1, NO_DATA: 4, OVERRUN: 0x10, END_OF_CYLINDER: 0x80 } as const;
export const ST2 = { WRONG_CYLINDER: 0x10 } as const;
