/** The bits of the control fields and of what goes with them (SDM Vol. 3, 24.6 – 24.9). */
import { FIELDS } from "./fields.ts";
import type { Vmcs } from "./vmcs.ts";

/** Pin-based VM-execution controls. */
export const PIN = {
  externalInterrupt: 1,
  nmi: 1 << 3,
  virtualNmis: 1 << 5,
  timer: 1 << 6,
  posted: 1 << 7,
} as const;

/** Primary processor-based VM-execution controls. */
export const CPU = {
  interruptWindow: 1 << 2,
  tscOffset: 1 << 3,
  hlt: 1 << 7,
  invlpg: 1 << 9,
  mwait: 1 << 10,
  rdpmc: 1 << 11,
  rdtsc: 1 << 12,
  cr3Load: 1 << 15,
  cr3Store: 1 << 16,
  cr8Load: 1 << 19,
  cr8Store: 1 << 20,
  tprShadow: 1 << 21,
  nmiWindow: 1 << 22,
  movDr: 1 << 23,
  io: 1 << 24,
  ioBitmaps: 1 << 25,
  msrBitmaps: 1 << 28,
  monitor: 1 << 29,
  pause: 1 << 30,
  secondary: 1 << 31,
} as const;

/** Secondary processor-based VM-execution controls. */
export const CPU2 = {
  apicAccesses: 1 << 0,
  ept: 1 << 1,
  tables: 1 << 2,
  rdtscp: 1 << 3,
  vpid: 1 << 5,
  wbinvd: 1 << 6,
  unrestricted: 1 << 7,
  apicRegisters: 1 << 8,
  virtualInterrupts: 1 << 9,
  invpcid: 1 << 12,
} as const;

/** Guests may run without paging, and in real mode. */
export const isUnrestricted = (vmcs: Vmcs): boolean =>
  (vmcs.get(FIELDS.primaryControls) & CPU.secondary) !== 0 &&
  (vmcs.get(FIELDS.secondaryControls) & CPU2.unrestricted) !== 0;

/** The EPT pointer (24.6.11): memory type 2:0, page-walk length less one 5:3, accessed and dirty flags 6. */
export const EPTP = { writeBack: 6, fourLevels: 3 << 3, marks: 1 << 6, reserved: 0xf80 } as const;

export const EXIT_CONTROL = {
  saveDebug: 1 << 2,
  host64: 1 << 9,
  acknowledge: 1 << 15,
  savePat: 1 << 18,
  loadPat: 1 << 19,
  saveEfer: 1 << 20,
  loadEfer: 1 << 21,
  saveTimer: 1 << 22,
} as const;

export const ENTRY_CONTROL = {
  loadDebug: 1 << 2,
  guest64: 1 << 9,
  smm: 1 << 10,
  dualMonitor: 1 << 11,
  loadPat: 1 << 14,
  loadEfer: 1 << 15,
} as const;

/** Guest interruptibility state (Table 24-3). */
export const BLOCKING = { sti: 1, movSs: 2, smi: 4, nmi: 8 } as const;

/** Guest activity states. */
export const ACTIVE = 0;
export const HALTED = 1;
export const SHUT_DOWN = 2;

/** A segment register that holds nothing, in a guest's access rights (Table 24-2). */
export const UNUSABLE = 1 << 16;

/** Interruption information, at entry, at exit, and of IDT vectoring (24.8.3, 24.9.2): vector, type << 8, and these. */
export const INTERRUPTION = { error: 1 << 11, nmiUnblocked: 1 << 12, valid: 1 << 31 } as const;
