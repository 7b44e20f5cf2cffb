/** An MSR that a device answers for: the local APIC's base, x2APIC registers. */
export interface MsrDevice {
  /** Its value as int32 halves. */
  readonly low: number;
  readonly high: number;
  /** False raises #GP(0): a reserved bit. */
  write(low: number, high: number): boolean;
}
