/**
 * A small guest below one of the laboratory's shadow pagers, access by access, for who wants to see the shadow grow (shadow-tables.ts of
 * the plots). No instruction runs: the accesses are made on the real processor P, and what faults there goes to the pager, as an engine does it.
 *
 *     guest-physical   1000 directory ─┬─ 0: the table at 3000, eight entries of the reader's
 *                                      └─ 1: the table at 2000, by which the kernel sees memory as it is, from linear 400000 on
 */
import type { Gva } from "../machine/address.ts";
import { CR0, CR4, EFER } from "../machine/cpu/cpu.ts";
import { FAULT, Fault } from "../machine/cpu/fault.ts";
import { A, D, P, RW, US } from "../machine/mmu/formats/bits.ts";
import { UNIT_MONITOR } from "../machine/profiles/monitors/unit.ts";
import { Host } from "../virt/cpu/host.ts";
import { explainShadow, type ShadowRow } from "../virt/mmu/explain-shadow.ts";
import type { Pager, PagerFactory } from "../virt/mmu/pager.ts";
import { shadow } from "../virt/mmu/shadow.ts";
import { tracedPager } from "../virt/mmu/traced/traced.ts";

export type { ShadowEntry, ShadowRow } from "../virt/mmu/explain-shadow.ts";

/** Pages are linear page numbers from 0 to 7, entries those of the guest's page table. */
export type ShadowAction =
  | { readonly kind: "read" | "write"; readonly page: number; readonly user?: boolean }
  /** The kernel writes an entry of its page table. */
  | { readonly kind: "set"; readonly page: number; readonly entry: number }
  | { readonly kind: "invlpg"; readonly page: number }
  /** The kernel loads CR3 with what is in it. */
  | { readonly kind: "cr3" };

/** What happened, and the tables after it. */
export interface ShadowStep {
  readonly event: string;
  readonly rows: readonly ShadowRow[];
}

const MIB = 1 << 20;
const PAGE = 4096;
const [DIRECTORY, KERNEL, TABLE] = [0x1000, 0x2000, 0x3000];
/** Linear address of guest-physical 0 for the kernel. */
const WINDOW = 0x400000;
const PAGES = 8;
const MOST_TRIES = 8;
const PAGERS = {
  /** Forgets at each load of CR3. */
  naive: () => shadow,
  /** Keeps shadows, and traces the guest's tables. */
  caching: () => tracedPager(),
} as const;

/**
 * @param name of the pager: "naive" or "caching"
 * @param entries of the guest's page table, for pages 0 to 7, as IA-32 has them
 * @throws {RangeError} for a page that is not among these
 */
export function stepShadow(
  name: keyof typeof PAGERS,
  entries: readonly number[],
  actions: readonly ShadowAction[],
): ShadowStep[] {
  const guest = new Guest(PAGERS[name](), entries);
  return [guest.tables("CR3 is loaded"), ...actions.map((action) => guest.tables(guest.take(action)))];
}

class Guest {
  readonly #host = new Host({
    ...{ memory: MIB, reserve: MIB, monitor: UNIT_MONITOR, firmware: false },
  });
  readonly #pager: Pager;

  constructor(factory: PagerFactory, entries: readonly number[]) {
    const { machine } = this.#host;
    const { view } = machine.bus;
    const all = P | RW | A | D;
    view.setInt32(DIRECTORY, TABLE | all | US, true);
    view.setInt32(DIRECTORY + 4, KERNEL | all, true);
    for (let frame = 0; frame < MIB / PAGE; frame++)
      view.setInt32(KERNEL + 4 * frame, (frame * PAGE) | all, true);
    entries.forEach((entry, page) => {
      view.setInt32(TABLE + 4 * checked(page), entry, true);
    });
    this.#pager = factory(this.#host.pagerParts());
    const { cpu, mmu } = machine;
    mmu.loadCr3(DIRECTORY, 0);
    cpu.cr3 = DIRECTORY;
    cpu.cr0 = CR0.PE | CR0.PG | CR0.WP;
    cpu.cr4 &= ~(CR4.PAE | CR4.SMEP | CR4.SMAP);
    cpu.efer &= ~EFER.LMA;
    mmu.setControl(cpu.cr0, cpu.cr4, cpu.efer);
    this.#pager.control();
    this.#pager.loadCr3();
  }

  tables(event: string): ShadowStep {
    const { machine, mmu, base } = this.#host;
    const parts = { guest: machine.mmu, bus: machine.bus, processor: mmu, base };
    return { event, rows: explainShadow(parts, [...Array(PAGES).keys()]) };
  }

  take(action: ShadowAction): string {
    const { machine } = this.#host;
    switch (action.kind) {
      case "read":
      case "write": {
        const { kind, page, user = false } = action;
        const who = user ? "the user" : "the kernel";
        const end = this.#access((checked(page) * PAGE) as Gva, kind === "write" ? 0 : undefined, user);
        return `${who} ${kind}s page ${page}: ${end}`;
      }
      case "set": {
        const { page, entry } = action;
        const at = (WINDOW + TABLE + 4 * checked(page)) as Gva;
        return `the kernel writes ${(entry >>> 0).toString(16)} into entry ${page}: ${this.#access(at, entry, false)}`;
      }
      case "invlpg": {
        const at = (checked(action.page) * PAGE) as Gva;
        machine.mmu.invalidate(at);
        this.#pager.invalidate(at);
        return `INVLPG of page ${action.page}`;
      }
      case "cr3":
        machine.mmu.loadCr3(DIRECTORY, 0);
        this.#pager.loadCr3();
        return "CR3 is loaded";
    }
  }

  /** An access on P until it is done, or the guest's affair. `value`: of a write. Returns how it ended, in words. */
  #access(at: Gva, value: number | undefined, user: boolean): string {
    const { machine, mmu } = this.#host;
    machine.cpu.cpl = user ? 3 : 0;
    mmu.user = machine.mmu.user = user;
    for (let exits = 0; exits < MOST_TRIES; exits++) {
      const error = perform(mmu, at, value);
      if (error === undefined) return exits === 0 ? "no exit" : "a hidden fault";
      const verdict = this.#pager.fault(at, error);
      if (verdict.kind === "reflect") return `a page fault of the guest's, error ${verdict.error}`;
      if (verdict.kind === "retry") continue;
      perform(machine.mmu, at, value);
      return verdict.traced ? "an exit, the monitor writes it" : "an exit, the monitor does it";
    }
    throw new Error(`invariant: no progress at ${at.toString(16)}`);
  }
}

/** Error code of the page fault, or undefined. */
function perform(memory: Host["mmu"], at: Gva, value: number | undefined): number | undefined {
  try {
    if (value === undefined) memory.read32(at);
    else memory.write32(at, value);
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return FAULT.error;
  }
  return undefined;
}

function checked(page: number): number {
  if (Number.isInteger(page) && page >= 0 && page < PAGES) return page;
  throw new RangeError(`page ${page}: the guest's table has entries for pages 0 to ${PAGES - 1}`);
}
