/**
 * What the guest's own tables say of an access that faulted on P: the first question of every shadow pager.
 *
 *     #PF on P ──▶ walk the guest's tables ── hole, reserved bit, not permitted ──▶ reflect
 *                        │ permitted
 *                        ├── a way that no shadow can tell from others ──▶ emulate
 *                        ▼
 *                  mark A, and D for a write ──▶ the page and the rights to it
 */
import type { Gpa } from "../../machine/address.ts";
import { AC } from "../../machine/cpu/flags.ts";
import type { Ledger } from "../../machine/ledger.ts";
import type { Machine } from "../../machine/machine.ts";
import { BusTables } from "../../machine/mmu/bus-tables.ts";
import { A, D, P, RW, US } from "../../machine/mmu/formats/bits.ts";
import {
  accessError,
  ERROR_FETCH,
  ERROR_PRESENT,
  ERROR_RESERVED,
  ERROR_USER,
  ERROR_WRITE,
  permits,
  RIGHT_DIRTY,
  RIGHT_EXECUTE,
  RIGHT_READ,
  RIGHT_USER,
  RIGHT_WRITE,
  SMAP_READ,
  SMAP_WRITE,
  SYSTEM_FETCH,
  SYSTEM_READ,
  SYSTEM_WRITE,
  USER_FETCH,
  USER_READ,
  USER_WRITE,
} from "../../machine/mmu/rights.ts";
import { LEAF, RESERVED, Walk } from "../../machine/mmu/walk.ts";
import type { PageFaultVerdict } from "./pager.ts";

const PAGE_MASK = -4096;
const PAGE_OFFSET = 0xfff;
const EVERYTHING = RIGHT_READ | RIGHT_WRITE | RIGHT_USER | RIGHT_EXECUTE | RIGHT_DIRTY;
const CPL_USER = 3;
/** A bit that the processor ignores, in a shadow's leaf: written by a supervisor without WP where the guest's tables forbid writing. */
export const LIFTED = 1 << 9;

export class GuestWalk {
  readonly walk = new Walk();
  readonly tables: BusTables;
  /** Of the last access that was permitted: its kind (rights.ts), … */
  access = SYSTEM_READ;
  /** … what the tables grant, with the marks that it left, … */
  rights = 0;
  /** … the leaf's level, which is one above the root where the guest has no paging, … */
  level = 0;
  /** … and the guest-physical address of its 4-KiB page. */
  page = 0;
  readonly #machine: Machine;
  readonly #ledger: Ledger;

  constructor(machine: Machine, ledger: Ledger) {
    this.#machine = machine;
    this.#ledger = ledger;
    this.tables = new BusTables(machine.bus);
  }

  /** The access at int32 halves with P's error code. Undefined when it is permitted; what it is, stands in the fields then. */
  resolve(low: number, high: number, error: number): PageFaultVerdict | undefined {
    const { paging } = this.#machine.mmu.translation;
    const { walk, tables } = this;
    const access = this.#kind(error);
    this.access = access;
    if (!paging.enabled) {
      this.rights = EVERYTHING;
      this.level = paging.format.depth + 1;
      this.page = (low & PAGE_MASK) >>> 0;
      return undefined;
    }
    const { format } = paging;
    const refuse = (bits: number): PageFaultVerdict => ({
      kind: "reflect",
      error: bits | accessError(access, paging.reportsFetch),
    });
    const root = paging.rootOf(low);
    if (root < 0) return refuse(0);
    const outcome = walk.run(format, tables, root, low, high, true);
    this.#ledger.pay("guestWalk", 0, walk.references);
    if (outcome === RESERVED) return refuse(ERROR_PRESENT | ERROR_RESERVED);
    if (outcome !== LEAF) return refuse(0);
    const rights = walk.rights(format);
    if (!permits(rights, access, paging)) return refuse(ERROR_PRESENT);
    const shift = format.shifts[walk.level] as number;
    this.level = walk.level;
    this.page = walk.base(format) + (low & ((1 << shift) - 1) & PAGE_MASK);
    const write = (error & ERROR_WRITE) !== 0;
    if (this.#beyondShadows(rights, access, write))
      return { kind: "emulate", gpa: this.address(low), traced: false };
    walk.markLeaf(format, tables, write);
    this.rights = write ? rights | RIGHT_DIRTY : rights;
    return undefined;
  }

  /** Guest-physical address of what was accessed. */
  address(low: number): Gpa {
    return (this.page + (low & PAGE_OFFSET)) as Gpa;
  }

  /**
   * Low half of a shadow's leaf for the last access, without the frame: R/W only once the guest's D is set, so that the first write comes
   * here. `fixed`: nobody may write the page directly. A write that only a supervisor without WP may do: the user loses the page until
   * its next fault.
   */
  leaf(fixed: boolean): number {
    const { rights, access } = this;
    const writes = access === SYSTEM_WRITE || access === SMAP_WRITE;
    if (!fixed && writes && (rights & RIGHT_WRITE) === 0) return P | RW | A | D | LIFTED;
    return leafOf(rights, fixed);
  }

  /** SMAP may or may not have been in the last access's way: P's error code does not tell. */
  get doubtful(): boolean {
    return this.access === SMAP_READ || this.access === SMAP_WRITE;
  }

  /** Counts a verdict's fault under its name, and returns it. */
  noted(verdict: PageFaultVerdict): PageFaultVerdict {
    if (verdict.kind === "retry") this.#ledger.note("hiddenFault");
    else if (verdict.kind === "reflect") this.#ledger.note("trueFault");
    return verdict;
  }

  /** #PF for a doubtful access that P refuses though its entry is there: SMAP was in its way (SDM Vol. 3, 4.6.1). */
  violation(): PageFaultVerdict {
    return { kind: "reflect", error: ERROR_PRESENT | accessError(this.access, false) };
  }

  /**
   * P does not tell what a doubtful access is, nor can a shadow grant a page to the supervisor's writes without granting him more. While it
   * matters, V decides: when marks would be left in the tables, and with WP off where SMEP or SMAP judge by U/S.
   */
  #beyondShadows(rights: number, access: number, write: boolean): boolean {
    if ((rights & RIGHT_USER) === 0) return false;
    const { walk } = this;
    const marks =
      ((walk.low[walk.references - 1] as number) & A) === 0 || (write && (rights & RIGHT_DIRTY) === 0);
    if (marks && (access === SMAP_READ || access === SMAP_WRITE)) return true;
    if ((rights & RIGHT_WRITE) !== 0 || (access !== SYSTEM_WRITE && access !== SMAP_WRITE)) return false;
    const { smep, smap } = this.#machine.mmu.translation.paging;
    return smep || smap;
  }

  /**
   * Kind of access (rights.ts) of an error code: of those that it can be, the one that is permitted most. AC lifts nothing at CPL 3: what is a
   * supervisor's there, is implicit. And without NX and SMEP a fetch, which SMAP does not mind, looks like a read.
   */
  #kind(error: number): number {
    const { cpu, mmu } = this.#machine;
    const user = (error & ERROR_USER) !== 0;
    const write = (error & ERROR_WRITE) !== 0;
    if ((error & ERROR_FETCH) !== 0) return user ? USER_FETCH : SYSTEM_FETCH;
    if (user) return write ? USER_WRITE : USER_READ;
    const { smap, reportsFetch } = mmu.translation.paging;
    const lifts = (cpu.flags.eflags & AC) !== 0 || (!write && !reportsFetch);
    if (smap && lifts && cpu.cpl !== CPL_USER) return write ? SMAP_WRITE : SMAP_READ;
    return write ? SYSTEM_WRITE : SYSTEM_READ;
  }
}

/** Low half of a shadow's leaf for rights. */
export function leafOf(rights: number, fixed: boolean): number {
  const writable = RIGHT_WRITE | RIGHT_DIRTY;
  const write = (rights & writable) === writable && !fixed ? RW | D : 0;
  return P | A | write | ((rights & RIGHT_USER) !== 0 ? US : 0);
}
