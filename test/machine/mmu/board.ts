/** A memory without a processor, for tests: RAM, clock, trace, Mmu. */
import type { Gva } from "../../../src/machine/address.ts";
import { Bus } from "../../../src/machine/bus.ts";
import { Clock } from "../../../src/machine/clock.ts";
import type { CostProfile, TlbLevel } from "../../../src/machine/cost.ts";
import { CR0, CR4, EFER } from "../../../src/machine/cpu/cpu.ts";
import { FAULT, Fault } from "../../../src/machine/cpu/fault.ts";
import { Mmu } from "../../../src/machine/mmu/mmu.ts";
import { Trace } from "../../../src/machine/trace.ts";

export const MIB = 1 << 20;

/** Prices that tell events apart in a sum of cycles. */
export const PROFILE: CostProfile = {
  id: "test",
  name: "test",
  hertz: 1,
  ram: 16 * MIB,
  physicalBits: 40,
  gigabytePages: true,
  instruction: 1,
  instructions: {},
  memory: 0,
  walkReference: 100,
  exception: 0,
  ringChange: 0,
  externalInterrupt: 0,
  portAccess: 0,
  cr3Load: 0,
  mmioAccess: 100_000,
  itlb: { small: { entries: 16, ways: 4 } },
  dtlb: { small: { entries: 16, ways: 4 } },
  stlbHit: 7,
  sources: {},
};

export const level = (entries: number, ways: number): TlbLevel => ({ small: { entries, ways } });

export function board(profile: Partial<CostProfile> = {}, ram = 16 * MIB) {
  const bus = new Bus(ram);
  const clock = new Clock();
  const trace = new Trace(clock);
  const mmu = new Mmu({ bus, clock, trace, profile: { ...PROFILE, ...profile } });
  return { bus, clock, trace, mmu, view: bus.view };
}

export type Board = ReturnType<typeof board>;

export interface Control {
  format: "none" | "ia32" | "pae" | "ia32e";
  writeProtect?: boolean;
  alignment?: boolean;
  pse?: boolean;
  pge?: boolean;
  nxe?: boolean;
  smep?: boolean;
  smap?: boolean;
  pcide?: boolean;
}

/** Control registers of a paging mode. */
export function control(mmu: Mmu, c: Control): void {
  const cr0 =
    CR0.PE | (c.format === "none" ? 0 : CR0.PG) | (c.writeProtect ? CR0.WP : 0) | (c.alignment ? CR0.AM : 0);
  const cr4 =
    (c.format === "pae" || c.format === "ia32e" ? CR4.PAE : 0) |
    (c.pse ? CR4.PSE : 0) |
    (c.pge ? CR4.PGE : 0) |
    (c.smep ? CR4.SMEP : 0) |
    (c.smap ? CR4.SMAP : 0) |
    (c.pcide ? CR4.PCIDE : 0);
  const efer = (c.format === "ia32e" ? EFER.LMA | EFER.LME : 0) | (c.nxe ? EFER.NXE : 0);
  mmu.setControl(cr0, cr4, efer);
}

export interface Raised {
  vector: number;
  error: number;
  cr2: number;
  cr2High: number;
}

/** The fault that an access raises, or undefined. */
export function raised(mmu: Mmu, access: () => void): Raised | undefined {
  try {
    access();
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    const { cr2, cr2High } = mmu.faultRegister;
    return { vector: FAULT.vector, error: FAULT.error, cr2, cr2High };
  }
  return undefined;
}

/** An address written as an unsigned number, as the memory wants it. */
export const gva = (address: number): Gva => (address < 2 ** 32 ? address | 0 : address) as Gva;
