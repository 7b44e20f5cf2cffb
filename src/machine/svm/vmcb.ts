/**
 * The virtual machine control block (AMD APM Vol. 2, Appendix B): a page of the host's memory whose layout, unlike a VMCS's, is the
 * architecture's. A control area of 1024 bytes, then the guest's state.
 *
 *     segment register    0 selector   2 attributes   4 limit   8 base        attributes: descriptor bits 55:52 and 47:40
 */
import type { Bus } from "../bus.ts";

/** Offsets in the control area. */
export const CONTROL = {
  crReads: 0x000,
  crWrites: 0x002,
  drReads: 0x004,
  drWrites: 0x006,
  exceptions: 0x008,
  intercepts: 0x00c,
  moreIntercepts: 0x010,
  ioBitmap: 0x040,
  msrBitmap: 0x048,
  tscOffset: 0x050,
  asid: 0x058,
  tlbControl: 0x05c,
  virtualInterrupt: 0x060,
  virtualVector: 0x064,
  interruptShadow: 0x068,
  exitCode: 0x070,
  exitInfo1: 0x078,
  exitInfo2: 0x080,
  exitInterruption: 0x088,
  nestedPaging: 0x090,
  eventInjection: 0x0a8,
  nestedCr3: 0x0b0,
  nextRip: 0x0c8,
} as const;

/** Offsets of the guest's state, from the page's beginning. */
export const STATE = {
  es: 0x400,
  cs: 0x410,
  ss: 0x420,
  ds: 0x430,
  fs: 0x440,
  gs: 0x450,
  gdtr: 0x460,
  ldtr: 0x470,
  idtr: 0x480,
  tr: 0x490,
  cpl: 0x4cb,
  efer: 0x4d0,
  cr4: 0x548,
  cr3: 0x550,
  cr0: 0x558,
  dr7: 0x560,
  dr6: 0x568,
  rflags: 0x570,
  rip: 0x578,
  rsp: 0x5d8,
  rax: 0x5f8,
  star: 0x600,
  lstar: 0x608,
  cstar: 0x610,
  sfmask: 0x618,
  kernelGsBase: 0x620,
  sysenterCs: 0x628,
  sysenterEsp: 0x630,
  sysenterEip: 0x638,
  cr2: 0x640,
  pat: 0x668,
} as const;

/** Bits of `intercepts`. */
export const INTERCEPT = {
  intr: 1,
  nmi: 1 << 1,
  vintr: 1 << 4,
  cr0Selective: 1 << 5,
  idtrRead: 1 << 6,
  gdtrRead: 1 << 7,
  ldtrRead: 1 << 8,
  trRead: 1 << 9,
  idtrWrite: 1 << 10,
  gdtrWrite: 1 << 11,
  ldtrWrite: 1 << 12,
  trWrite: 1 << 13,
  rdtsc: 1 << 14,
  rdpmc: 1 << 15,
  pushf: 1 << 16,
  popf: 1 << 17,
  cpuid: 1 << 18,
  rsm: 1 << 19,
  iret: 1 << 20,
  intn: 1 << 21,
  invd: 1 << 22,
  pause: 1 << 23,
  hlt: 1 << 24,
  invlpg: 1 << 25,
  invlpga: 1 << 26,
  io: 1 << 27,
  msr: 1 << 28,
  taskSwitch: 1 << 29,
  shutdown: 1 << 31,
} as const;

/** Bits of `moreIntercepts`. */
export const INTERCEPT2 = {
  vmrun: 1,
  vmmcall: 1 << 1,
  vmload: 1 << 2,
  vmsave: 1 << 3,
  stgi: 1 << 4,
  clgi: 1 << 5,
  skinit: 1 << 6,
  rdtscp: 1 << 7,
  icebp: 1 << 8,
  wbinvd: 1 << 9,
  monitor: 1 << 10,
  mwait: 1 << 11,
  xsetbv: 1 << 13,
} as const;

/** Bits of `virtualInterrupt`. */
export const VIRTUAL = { tpr: 0xff, irq: 1 << 8, ignoreTpr: 1 << 20, masking: 1 << 24 } as const;

/** EVENTINJ and EXITINTINFO: vector, type << 8, and these; the error code is in the upper half. */
export const EVENT = { error: 1 << 11, valid: 1 << 31 } as const;

export class Vmcb {
  /** Physical address: a multiple of 4096. */
  readonly address: number;
  readonly #view: DataView;

  /** Throws a RangeError when the page is not in the memory. */
  constructor(bus: Bus, address: number) {
    if (address % 4096 !== 0 || address < 0 || address + 4096 > bus.ram.length)
      throw new RangeError(`a VMCB at ${address.toString(16)}h: it must be a page of the memory`);
    this.address = address;
    this.#view = new DataView(bus.ram.buffer, bus.ram.byteOffset + address, 4096);
  }

  get8(offset: number): number {
    return this.#view.getUint8(offset);
  }

  get16(offset: number): number {
    return this.#view.getUint16(offset, true);
  }

  /** int32: a field of 32 bits, or the low half of one of 64. */
  get(offset: number): number {
    return this.#view.getInt32(offset, true);
  }

  getHigh(offset: number): number {
    return this.#view.getInt32(offset + 4, true);
  }

  set8(offset: number, value: number): void {
    this.#view.setUint8(offset, value);
  }

  set16(offset: number, value: number): void {
    this.#view.setUint16(offset, value, true);
  }

  set32(offset: number, value: number): void {
    this.#view.setInt32(offset, value, true);
  }

  set64(offset: number, low: number, high = 0): void {
    this.#view.setInt32(offset, low, true);
    this.#view.setInt32(offset + 4, high, true);
  }
}
