/**
 * What the VMX capability MSRs of a processor say (SDM Vol. 3, Appendix A), as data. A control bit may be 1 when `may` has it, and
 * must be when `must` has it.
 */
import { FIELDS, type FieldName } from "./fields.ts";

export interface Allowed {
  /** Bits 31:0 of the capability MSR: allowed 0-settings, a bit that is 1 must be 1. */
  readonly must: number;
  /** Bits 63:32: allowed 1-settings. */
  readonly may: number;
}

/** Bits 0, 17 and 21. */
export interface EptCapabilities {
  readonly executeOnly: boolean;
  readonly gigabytePages: boolean;
  readonly marks: boolean;
}

export interface VmxCapabilities {
  readonly id: string;
  /** Price lists (profiles/) of processors that have these. */
  readonly processors: readonly string[];
  /** IA32_VMX_BASIC, bits 30:0. */
  readonly revision: number;
  readonly pin: Allowed;
  readonly primary: Allowed;
  /** Absent: there are no secondary controls. */
  readonly secondary?: Allowed;
  /** IA32_VMX_EPT_VPID_CAP; absent: there is no EPT. */
  readonly ept?: EptCapabilities;
  readonly exit: Allowed;
  readonly entry: Allowed;
  /** IA32_VMX_CR0_FIXED0 and FIXED1, CR4: bits that must be 1, bits that may be. */
  readonly cr0: Allowed;
  readonly cr4: Allowed;
  /** IA32_VMX_MISC 4:0: the preemption timer counts down when this bit of the TSC changes. */
  readonly timerShift: number;
  /** 8:6: HLT, shutdown, wait-for-SIPI, from bit 0. */
  readonly activities: number;
  /** 24:16. */
  readonly cr3Targets: number;
  /** 512 · (27:25 + 1): MSRs that a list may have. */
  readonly msrList: number;
  readonly source: string;
}

/** Bits of the default1 class (Appendix A.2): reserved ones that must be 1. */
const PIN_ONES = 0x16;
const PRIMARY_ONES = 0x0401e172;
const EXIT_ONES = 0x36dff;
const ENTRY_ONES = 0x11ff;
/** PE, NE and PG: but for unrestricted guests VMX operation is paged protected mode. */
const CR0: Allowed = { must: 0x80000021 | 0, may: -1 };
/** VMXE. FIXED1 follows the processor's features: here every bit that the processor has, of whatever time. */
const CR4: Allowed = { must: 0x2000, may: 0x372fff };

const APPENDIX_A = "SDM Vol. 3, Appendix A: the default1 class";

/** Pentium 4 672 and 662 (Prescott 2M, November 2005): the first processors with VT-x. */
const PRESCOTT: VmxCapabilities = {
  id: "prescott",
  processors: ["pentium4"],
  revision: 3,
  pin: { must: PIN_ONES, may: PIN_ONES | 0x09 },
  // Interrupt window, TSC offset, HLT, INVLPG, MWAIT, RDPMC, RDTSC, CR8 load and store, TPR shadow, MOV DR, I/O, I/O bitmaps, MONITOR, PAUSE.
  primary: { must: PRIMARY_ONES, may: PRIMARY_ONES | 0x63b81e8c },
  exit: { must: EXIT_ONES, may: EXIT_ONES | 0x8200 },
  entry: { must: ENTRY_ONES, may: ENTRY_ONES | 0x200 },
  cr0: CR0,
  cr4: CR4,
  timerShift: 0,
  activities: 1,
  cr3Targets: 4,
  msrList: 512,
  source: `${APPENDIX_A}; that it had neither MSR bitmaps nor virtual NMIs is from memory`,
};

/** Core 2 (Merom, 2006): MSR bitmaps, virtual NMIs. */
const MEROM: VmxCapabilities = {
  ...PRESCOTT,
  id: "merom",
  processors: ["merom", "penryn"],
  revision: 7,
  pin: { must: PIN_ONES, may: PIN_ONES | 0x29 },
  primary: { must: PRIMARY_ONES, may: PRIMARY_ONES | 0x73f81e8c },
  activities: 3,
  source: `${APPENDIX_A}; what it added is from memory`,
};

/** Core i7 (Nehalem, 2008): secondary controls, EPT and VPID, preemption timer, PAT and EFER with the world switch, CR3 moves that need not exit. */
const NEHALEM: VmxCapabilities = {
  ...MEROM,
  id: "nehalem",
  processors: ["nehalem"],
  revision: 14,
  pin: { must: PIN_ONES, may: PIN_ONES | 0x69 },
  primary: { must: PRIMARY_ONES & ~0x18000, may: PRIMARY_ONES | 0xf3f81e8c | 0 },
  secondary: { must: 0, may: 0x6e },
  ept: { executeOnly: true, gigabytePages: false, marks: false },
  exit: { must: EXIT_ONES & ~4, may: EXIT_ONES | 0x7c8200 },
  entry: { must: ENTRY_ONES & ~4, may: ENTRY_ONES | 0xc200 },
  timerShift: 5,
  source: `${APPENDIX_A} with its true controls (A.3); what it added is from memory`,
};

/** Westmere (2010) and Sandy Bridge: guests without paging, 1-GiB pages in EPT. */
const WESTMERE: VmxCapabilities = {
  ...NEHALEM,
  id: "westmere",
  processors: ["westmere", "sandybridge"],
  revision: 15,
  secondary: { must: 0, may: 0xee },
  ept: { executeOnly: true, gigabytePages: true, marks: false },
};

/** Haswell-EP (2013): INVPCID, accessed and dirty flags in EPT, APIC virtualization and posted interrupts. */
const HASWELL: VmxCapabilities = {
  ...WESTMERE,
  id: "haswell",
  processors: ["haswell", "zen5"],
  revision: 18,
  pin: { must: PIN_ONES, may: PIN_ONES | 0xe9 },
  secondary: { must: 0, may: 0x13ef },
  ept: { executeOnly: true, gigabytePages: true, marks: true },
  source: `${APPENDIX_A} with its true controls (A.3); what it added is from memory`,
};

export const GENERATIONS: readonly VmxCapabilities[] = [PRESCOTT, MEROM, NEHALEM, WESTMERE, HASWELL];
export const FIRST_GENERATION = PRESCOTT;

/** Those of the processor with a price list; the first ones for a list of no processor with VT-x. */
export const capabilitiesOf = (priceList: string): VmxCapabilities =>
  GENERATIONS.find(({ processors }) => processors.includes(priceList)) ?? FIRST_GENERATION;

/** What a field is there for: a bit of a control's allowed 1-settings. Fields that are not here every processor has. */
const NEEDS: Partial<Record<FieldName, (has: VmxCapabilities) => boolean>> = {
  vpid: (has) => ((has.secondary?.may ?? 0) & (1 << 5)) !== 0,
  eptPointer: (has) => has.ept !== undefined,
  guestPhysicalAddress: (has) => has.ept !== undefined,
  guestPdpte0: (has) => has.ept !== undefined,
  guestPdpte1: (has) => has.ept !== undefined,
  guestPdpte2: (has) => has.ept !== undefined,
  guestPdpte3: (has) => has.ept !== undefined,
  postedVector: (has) => (has.pin.may & (1 << 7)) !== 0,
  postedDescriptor: (has) => (has.pin.may & (1 << 7)) !== 0,
  apicAccess: (has) => ((has.secondary?.may ?? 0) & 1) !== 0,
  guestPerfGlobalCtrl: () => false,
  hostPerfGlobalCtrl: () => false,
  msrBitmap: (has) => (has.primary.may & (1 << 28)) !== 0,
  virtualApic: (has) => (has.primary.may & (1 << 21)) !== 0,
  tprThreshold: (has) => (has.primary.may & (1 << 21)) !== 0,
  secondaryControls: (has) => has.secondary !== undefined,
  guestPat: (has) => (has.exit.may & (1 << 18)) !== 0,
  hostPat: (has) => (has.exit.may & (1 << 19)) !== 0,
  guestEfer: (has) => (has.exit.may & (1 << 20)) !== 0,
  hostEfer: (has) => (has.exit.may & (1 << 21)) !== 0,
  preemptionTimer: (has) => (has.pin.may & (1 << 6)) !== 0,
};

/** The encodings that VMREAD and VMWRITE know on a processor. */
export function supportedFields(has: VmxCapabilities): ReadonlySet<number> {
  const names = Object.keys(FIELDS) as FieldName[];
  return new Set(names.filter((name) => NEEDS[name]?.(has) ?? true).map((name) => FIELDS[name]));
}
