/** Exceptions as the guest sees them (SDM Vol. 3, 6.3 and 6.15). */

export const DE = 0;
export const DB = 1;
export const NMI = 2;
export const BP = 3;
export const OF = 4;
export const BR = 5;
export const UD = 6;
export const NM = 7;
export const DF = 8;
export const TS = 10;
export const NP = 11;
export const SS_FAULT = 12;
export const GP = 13;
export const PF = 14;
export const MF = 16;
export const AC = 17;
export const XM = 19;

/** No exception: the instruction must run again by itself, with the clock set to its own time (run.ts). */
export const ALONE = 256;
/** No exception: the instruction is on a breakpoint of a debugger and has not run (breakpoints.ts). */
export const BREAK = 257;
/** No exception: the instruction, not executed, ends the guest's run (guest-mode.ts). */
export const EXIT = 258;

/** Vectors that push an error code: #DF, #TS, #NP, #SS, #GP, #PF, #AC. */
export const PUSHES_ERROR =
  (1 << DF) | (1 << TS) | (1 << NP) | (1 << SS_FAULT) | (1 << GP) | (1 << PF) | (1 << AC);

const NAMES = "#DE #DB NMI #BP #OF #BR #UD #NM #DF - #TS #NP #SS #GP #PF - #MF #AC #MC #XM".split(" ");

/** As people write it: "#GP(10)" with the error code in hex, "#PF(2) at 1000"; other vectors by number. */
export function faultName(vector: number, error: number, cr2: number): string {
  const name = NAMES[vector] ?? `interrupt ${vector}`;
  const code = vector < 32 && ((PUSHES_ERROR >> vector) & 1) !== 0 ? `(${error.toString(16)})` : "";
  return `${name}${code}${vector === PF ? ` at ${(cr2 >>> 0).toString(16)}` : ""}`;
}

/** The one fault in flight. It is thrown and caught without an allocation or a stack trace: 0.1 µs. */
export class Fault {
  vector = 0;
  error = 0;
}

export const FAULT = new Fault();

/**
 * The fault in flight, filled in: to be thrown where faults are frequent. V8 counts a function's returns to see that it is hot,
 * so raise(), which never returns, stays in its slowest tier; `throw fault(…)` in a function that mostly returns does not.
 */
export function fault(vector: number, error: number): Fault {
  FAULT.vector = vector;
  FAULT.error = error;
  return FAULT;
}

/** Abandons the instruction: the interpreter restores RIP and delivers the exception. CR2 is set by the one who raises #PF. */
export function raise(vector: number, error = 0): never {
  FAULT.vector = vector;
  FAULT.error = error;
  throw FAULT;
}
