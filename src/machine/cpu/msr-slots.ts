/**
 * MSRs whose values the processor keeps: indices of their low halves in cpu.msr, the high half behind each. The MSRs' numbers and
 * rules are in msr.ts.
 */
export const SYSENTER_CS = 0;
export const SYSENTER_ESP = 2;
export const SYSENTER_EIP = 4;
export const STAR = 6;
export const LSTAR = 8;
export const CSTAR = 10;
export const FMASK = 12;
export const KERNEL_GS_BASE = 14;
export const TSC_AUX = 16;
export const PAT = 18;
export const MISC_ENABLE = 20;
export const MTRR_DEF_TYPE = 22;
/** Eight pairs of base and mask. */
export const MTRR_VARIABLE = 24;
/** Eleven fixed ranges. */
export const MTRR_FIXED = MTRR_VARIABLE + 32;

export const MSR_WORDS = MTRR_FIXED + 22;
