/** P's control registers while a pager's tables are in its CR3: V's, but for what the pager decides. */
import { type Cpu, CR0, CR4, EFER } from "../../machine/cpu/cpu.ts";

/**
 * Paging is on, and WP, so that a page which must not be written is written by nobody. Without PGE and PCIDE a load of CR3 drops all of P's
 * TLB. Where the guest has no paging, SMEP and SMAP mean nothing (SDM Vol. 3, 4.6); and LME without LMA would be no mode at all.
 */
export function loadControl(processor: Cpu, { cr0, cr4, efer }: Cpu): void {
  const none = (cr0 & CR0.PG) === 0;
  processor.cr0 = cr0 | CR0.PE | CR0.PG | CR0.WP;
  processor.cr4 = cr4 & ~(CR4.PGE | CR4.PCIDE | (none ? CR4.SMEP | CR4.SMAP : 0));
  processor.efer = (efer & EFER.LMA) !== 0 ? efer : efer & ~EFER.LME;
  processor.memory.setControl(processor.cr0, processor.cr4, processor.efer);
}

/** What says how the guest's entries are to be read: shadows made under another one are of no use. */
export function modeOf({ cr0, cr4, efer }: Cpu): string {
  return [cr0 & CR0.PG, cr4 & (CR4.PAE | CR4.PSE), efer & (EFER.LMA | EFER.NXE)].join();
}

/** What judges them besides. */
export function protectionOf({ cr0, cr4 }: Cpu): string {
  return [cr0 & CR0.WP, cr4 & (CR4.SMEP | CR4.SMAP)].join();
}
