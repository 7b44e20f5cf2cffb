/** Basic exit reasons (SDM Vol. 3, Appendix C). Names are what experiments count by. */
export const REASON = {
  exception: 0,
  externalInterrupt: 1,
  tripleFault: 2,
  interruptWindow: 7,
  nmiWindow: 8,
  taskSwitch: 9,
  cpuid: 10,
  hlt: 12,
  invd: 13,
  invlpg: 14,
  rdpmc: 15,
  rdtsc: 16,
  rsm: 17,
  vmcall: 18,
  vmclear: 19,
  vmlaunch: 20,
  vmptrld: 21,
  vmptrst: 22,
  vmread: 23,
  vmresume: 24,
  vmwrite: 25,
  vmxoff: 26,
  vmxon: 27,
  crAccess: 28,
  movDr: 29,
  io: 30,
  rdmsr: 31,
  wrmsr: 32,
  invalidGuestState: 33,
  msrLoading: 34,
  mwait: 36,
  monitor: 39,
  pause: 40,
  tprBelowThreshold: 43,
  virtualizedEoi: 45,
  gdtrIdtr: 46,
  ldtrTr: 47,
  eptViolation: 48,
  eptMisconfiguration: 49,
  invept: 50,
  rdtscp: 51,
  preemptionTimer: 52,
  invvpid: 53,
  wbinvd: 54,
  xsetbv: 55,
  apicWrite: 56,
  invpcid: 58,
} as const;

export type ReasonName = keyof typeof REASON;

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(REASON).map(([name, number]) => [number, name]),
);

/** Set with the reason of a VM entry that failed after its controls had been found good. */
export const ENTRY_FAILURE = 1 << 31;

/** By the low 16 bits of the exit-reason field. */
export const reasonName = (reason: number): string =>
  NAMES.get(reason & 0xffff) ?? `reason ${reason & 0xffff}`;

/** VM-instruction errors (SDM Vol. 3, 30.4). */
export const VM_ERROR = {
  vmlaunchNotClear: 4,
  vmresumeNotLaunched: 5,
  invalidControls: 7,
  invalidHostState: 8,
  unsupportedField: 12,
  readOnlyField: 13,
  blockedByMovSs: 26,
  invalidInvalidation: 28,
} as const;
