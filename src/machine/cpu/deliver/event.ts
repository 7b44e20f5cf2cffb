/** What is delivered through the IDT: its kind decides the gate's privilege check, the error code and the flags pushed. */

/** Interruption types, numbered as VT-x numbers them (SDM Vol. 3, 24.8.3). */
export const EXTERNAL = 0;
export const NMI_KIND = 2;
export const EXCEPTION = 3;
/** INT n. */
export const SOFTWARE = 4;
/** INT1: no privilege check. */
export const PRIVILEGED_SOFTWARE = 5;
/** INT3, INTO. */
export const SOFTWARE_EXCEPTION = 6;

/** INT n, INT3 and INTO: CPL must reach the gate's DPL. */
export function checksGate(kind: number): boolean {
  return kind === SOFTWARE || kind === SOFTWARE_EXCEPTION;
}
