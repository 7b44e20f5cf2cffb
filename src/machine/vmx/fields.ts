/**
 * The fields of a VMCS (SDM Vol. 3, Appendix B). An encoding tells all there is to know of a field:
 *
 *     31 ─ 15   14 13     12   11 10    9 ─── 1    0
 *     zero      width     0    group    index      high half of a 64-bit field
 *               0 16 bits      0 control
 *               1 64 bits      1 exit information (read-only)
 *               2 32 bits      2 guest state
 *               3 natural      3 host state
 */

export const FIELDS = {
  vpid: 0x0000,
  postedVector: 0x0002,
  guestEs: 0x0800,
  guestCs: 0x0802,
  guestSs: 0x0804,
  guestDs: 0x0806,
  guestFs: 0x0808,
  guestGs: 0x080a,
  guestLdtr: 0x080c,
  guestTr: 0x080e,
  hostEs: 0x0c00,
  hostCs: 0x0c02,
  hostSs: 0x0c04,
  hostDs: 0x0c06,
  hostFs: 0x0c08,
  hostGs: 0x0c0a,
  hostTr: 0x0c0c,

  ioBitmapA: 0x2000,
  ioBitmapB: 0x2002,
  msrBitmap: 0x2004,
  exitMsrStore: 0x2006,
  exitMsrLoad: 0x2008,
  entryMsrLoad: 0x200a,
  executiveVmcs: 0x200c,
  tscOffset: 0x2010,
  virtualApic: 0x2012,
  apicAccess: 0x2014,
  postedDescriptor: 0x2016,
  eptPointer: 0x201a,
  guestPhysicalAddress: 0x2400,
  vmcsLink: 0x2800,
  guestDebugctl: 0x2802,
  guestPat: 0x2804,
  guestEfer: 0x2806,
  guestPerfGlobalCtrl: 0x2808,
  guestPdpte0: 0x280a,
  guestPdpte1: 0x280c,
  guestPdpte2: 0x280e,
  guestPdpte3: 0x2810,
  hostPat: 0x2c00,
  hostEfer: 0x2c02,
  hostPerfGlobalCtrl: 0x2c04,

  pinControls: 0x4000,
  primaryControls: 0x4002,
  exceptionBitmap: 0x4004,
  pageFaultMask: 0x4006,
  pageFaultMatch: 0x4008,
  cr3TargetCount: 0x400a,
  exitControls: 0x400c,
  exitMsrStoreCount: 0x400e,
  exitMsrLoadCount: 0x4010,
  entryControls: 0x4012,
  entryMsrLoadCount: 0x4014,
  entryInterruption: 0x4016,
  entryErrorCode: 0x4018,
  entryInstructionLength: 0x401a,
  tprThreshold: 0x401c,
  secondaryControls: 0x401e,
  instructionError: 0x4400,
  exitReason: 0x4402,
  exitInterruption: 0x4404,
  exitErrorCode: 0x4406,
  idtVectoring: 0x4408,
  idtVectoringErrorCode: 0x440a,
  exitInstructionLength: 0x440c,
  exitInstructionInformation: 0x440e,
  guestEsLimit: 0x4800,
  guestCsLimit: 0x4802,
  guestSsLimit: 0x4804,
  guestDsLimit: 0x4806,
  guestFsLimit: 0x4808,
  guestGsLimit: 0x480a,
  guestLdtrLimit: 0x480c,
  guestTrLimit: 0x480e,
  guestGdtrLimit: 0x4810,
  guestIdtrLimit: 0x4812,
  guestEsAccess: 0x4814,
  guestCsAccess: 0x4816,
  guestSsAccess: 0x4818,
  guestDsAccess: 0x481a,
  guestFsAccess: 0x481c,
  guestGsAccess: 0x481e,
  guestLdtrAccess: 0x4820,
  guestTrAccess: 0x4822,
  interruptibility: 0x4824,
  activity: 0x4826,
  smbase: 0x4828,
  guestSysenterCs: 0x482a,
  preemptionTimer: 0x482e,
  hostSysenterCs: 0x4c00,

  cr0Mask: 0x6000,
  cr4Mask: 0x6002,
  cr0Shadow: 0x6004,
  cr4Shadow: 0x6006,
  cr3Target0: 0x6008,
  cr3Target1: 0x600a,
  cr3Target2: 0x600c,
  cr3Target3: 0x600e,
  exitQualification: 0x6400,
  ioRcx: 0x6402,
  ioRsi: 0x6404,
  ioRdi: 0x6406,
  ioRip: 0x6408,
  guestLinearAddress: 0x640a,
  guestCr0: 0x6800,
  guestCr3: 0x6802,
  guestCr4: 0x6804,
  guestEsBase: 0x6806,
  guestCsBase: 0x6808,
  guestSsBase: 0x680a,
  guestDsBase: 0x680c,
  guestFsBase: 0x680e,
  guestGsBase: 0x6810,
  guestLdtrBase: 0x6812,
  guestTrBase: 0x6814,
  guestGdtrBase: 0x6816,
  guestIdtrBase: 0x6818,
  guestDr7: 0x681a,
  guestRsp: 0x681c,
  guestRip: 0x681e,
  guestRflags: 0x6820,
  pendingDebug: 0x6822,
  guestSysenterEsp: 0x6824,
  guestSysenterEip: 0x6826,
  hostCr0: 0x6c00,
  hostCr3: 0x6c02,
  hostCr4: 0x6c04,
  hostFsBase: 0x6c06,
  hostGsBase: 0x6c08,
  hostTrBase: 0x6c0a,
  hostGdtrBase: 0x6c0c,
  hostIdtrBase: 0x6c0e,
  hostSysenterEsp: 0x6c10,
  hostSysenterEip: 0x6c12,
  hostRsp: 0x6c14,
  hostRip: 0x6c16,
} as const;

export type FieldName = keyof typeof FIELDS;
export const FIELD_NAMES = Object.keys(FIELDS) as readonly FieldName[];

/** Where a Vmcs keeps a field: the encoding without the bit that asks for a high half. */
export const slotOf = (encoding: number): number => encoding >> 1;
/** One more than the last slot. */
export const SLOTS = slotOf(FIELDS.hostRip) + 1;

const NAMES: ReadonlyMap<number, FieldName> = new Map(
  FIELD_NAMES.map((name) => [slotOf(FIELDS[name]), name]),
);

/** Undefined where no processor here has a field. */
export const fieldName = (encoding: number): FieldName | undefined => NAMES.get(slotOf(encoding));

/** Bytes; 8 for natural width, as all these processors have Intel 64. */
export function widthOf(encoding: number): 2 | 4 | 8 {
  const width = (encoding >> 13) & 3;
  return width === 0 ? 2 : width === 2 ? 4 : 8;
}

export const isReadOnly = (encoding: number) => ((encoding >> 10) & 3) === 1;

/** Only 64-bit fields have a high half of their own; bit 0 of other encodings names no field. */
export const isHighAccess = (encoding: number) => (encoding & 0x6001) === 0x2001;
