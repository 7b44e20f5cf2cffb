/** What the processor asks of its memory. Mmu in mmu.ts is it; a plain interface keeps the interpreter free of how. */
import type { Gpa, Gva } from "../address.ts";
import type { Stateful } from "../state.ts";
import type { SecondDimension } from "./nested.ts";

/** Where the address of a page fault goes: the CPU's CR2 as two int32 halves, or a monitor's own place. */
export interface FaultRegister {
  cr2: Gva;
  cr2High: number;
}

export type DataWatch = (low: number, high: number, size: number, write: boolean) => void;

/**
 * What decides how an access is translated. The processor tells every change, in whatever order it likes; none of these
 * raises anything, and setting a value that is already there costs next to nothing.
 */
export interface AccessState {
  /** Told of every explicit access while it is set (debug registers): 32-bit halves of the address, bytes, and whether it writes. */
  watch: DataWatch | null;
  /** CPL is 3 (v86 mode too): the U/S bit of the page tables applies. */
  user: boolean;
  /** 64-bit mode (CS.L): linear addresses are signed doubles, otherwise int32 (address.ts). */
  wide: boolean;
  /**
   * EFLAGS.AC. At CPL 3 with CR0.AM every explicit access must be aligned to its size, else #AC(0) (SDM Vol. 3, 6.15);
   * below CPL 3 it lifts SMAP (SDM Vol. 3, 4.6.1). Told by whatever writes EFLAGS: POPF, IRET, STAC, a task switch.
   */
  ac: boolean;
}

/**
 * MOV CR, WRMSR to EFER, INVLPG, INVPCID as far as translation goes. The memory keeps its own decoded copy of the
 * registers. Whether a value may be loaded at all (reserved bits, PG without PE, …) is the instruction's to check before.
 */
export interface PagingControl {
  /**
   * CR0 (PG, WP, AM), CR4 (PSE, PAE, PGE, PCIDE, SMEP, SMAP) and EFER (NXE, LMA) as they are to be. Raises #GP(0), with nothing
   * changed, when this loads PAE's PDPTEs and one of them has a reserved bit (SDM Vol. 3, 4.4.1): so call it before the
   * registers themselves are written. Flushes what the SDM says (Vol. 3, 4.10.4.1).
   */
  setControl(cr0: number, cr4: number, efer: number): void;
  /**
   * MOV to CR3, int32 halves. With CR4.PCIDE bit 63 of the value (bit 31 of `high`) keeps the PCID's translations; it is
   * not part of the register, so the CPU stores `high` without it. #GP(0) as for setControl.
   */
  loadCr3(low: number, high: number): void;
  /** Drops what MOV CR3 drops: all but global pages of the current PCID (`global`: everything of every PCID). */
  flush(global: boolean): void;
  /** INVLPG. */
  invalidate(at: Gva): void;
  /**
   * EPT or NPT: what is called physical is guest-physical from now on, and goes through these tables; null: no more. To be set before
   * the control registers of whoever is entered are loaded. `vpid`: whose translations are made and used; 0: the host's, and those of
   * guests without one. What is known of the same tables under the same VPID is known again. `asids`: it is an ASID, by which
   * guest-physical translations are known as well.
   */
  setSecondDimension(second: SecondDimension | null, vpid?: number, asids?: boolean): void;
  readonly tags: TranslationTags;
  /** PAE's PDPTE registers, low and high halves in turn. */
  readonly pdptes: Int32Array;
  /** What loads of PDPTEs take in place of memory: at a VM entry under EPT they are fields of the VMCS (26.3.2.4). null: memory's. */
  pdpteSource: Int32Array | null;
  /** INVPCID of a type 0 … 3 with a valid descriptor (SDM Vol. 2, INVPCID). */
  invpcid(type: number, pcid: number, at: Gva): void;
}

/** Translations by their tags: VPIDs and EP4TAs (SDM Vol. 3, 28.3), ASIDs (AMD APM Vol. 2, 15.16). */
export interface TranslationTags {
  /** While it is set, loads of control registers flush nothing: a change of worlds that VPIDs tell apart (28.3.3.1). */
  keeping: boolean;
  /** INVVPID: an address, a VPID (`global`: global pages too), every VPID but 0. */
  invalidateVpid(vpid: number, at: Gva): void;
  flushVpid(vpid: number, global: boolean): void;
  flushGuests(): void;
  /** INVEPT: an EP4TA, as the address of the root; null: all. */
  flushEpt(root: number | null): void;
  /** As flushVpid, with guest-physical translations. */
  flushAsid(asid: number, global: boolean): void;
  flushEverything(): void;
}

/**
 * Accesses to linear addresses. 8- and 16-bit reads are zero-extended, 32-bit reads are int32; of 64-bit reads the low half
 * is returned and the high half left in `high`. All raise #PF, with CR2 set, before anything was written; an access over a
 * page's end checks both pages first (SDM Vol. 3, 4.7).
 */
export interface Memory extends AccessState, PagingControl, Stateful {
  high: number;
  /** For lookUp of front.ts. */
  readonly front: { readonly entries: Int32Array; readonly key: number };
  /** The CPU puts itself here. */
  faultRegister: FaultRegister;
  read8(at: Gva): number;
  read16(at: Gva): number;
  read32(at: Gva): number;
  read64(at: Gva): number;
  write8(at: Gva, value: number): void;
  write16(at: Gva, value: number): void;
  write32(at: Gva, value: number): void;
  write64(at: Gva, low: number, high: number): void;
  /**
   * As read32 and write32, but a page fault that they raise is only left in FAULT (cpu/fault.ts), with CR2 set: then the write returns
   * false, and the read 0 with `faulted` set, which the caller clears.
   */
  tryRead32(at: Gva): number;
  tryWrite32(at: Gva, value: number): boolean;
  faulted: boolean;
  /** Reads that a write to the same place will follow: write permission is checked now. */
  readForWrite8(at: Gva): number;
  readForWrite16(at: Gva): number;
  readForWrite32(at: Gva): number;
  readForWrite64(at: Gva): number;
  /** Raises what an access to `size` bytes (1 … 4096) would raise but #AC; changes nothing but accessed and dirty bits. */
  probe(at: Gva, size: number, write: boolean): void;
  /**
   * Offset in RAM of the byte at an address if it may be accessed directly now, its translation being at hand: then every
   * access to the rest of its page would cost no cycles and change no accessed or dirty bit. −1 otherwise; raises nothing.
   */
  direct(at: Gva, write: boolean): number;
  /** Accesses of the processor itself to descriptor tables and task states: supervisor whatever CPL is (SDM Vol. 3, 4.6.1). */
  systemRead8(at: Gva): number;
  systemRead16(at: Gva): number;
  systemRead32(at: Gva): number;
  systemWrite8(at: Gva, value: number): void;
  systemWrite16(at: Gva, value: number): void;
  systemWrite32(at: Gva, value: number): void;
  /** As `direct`, for accesses of the processor itself. */
  systemDirect(at: Gva, write: boolean): number;
  /** Physical address of an instruction's byte; #PF with the I/D bit when it may not be fetched. */
  fetch(at: Gva): Gpa;
  /** While it stays the same, and `user` and `wide` too, fetch() would give what it gave, at no cost. */
  readonly codeVersion: number;
}
