/**
 * The three things that Popek and Goldberg (1974, section 3) ask of a virtual machine monitor, as measurements:
 *
 *     equivalence        the guest ends up with what it has on the bare machine       two fingerprints (machine/debug/fingerprint.ts)
 *     efficiency         the processor executes the guest's instructions by itself    the fraction of them that it did
 *     resource control   nothing of the monitor's is the guest's to reach             pages of the monitor's that a guest's access would find
 *                                                                                     in the page tables, and memory nobody may write
 */
import type { Hpa } from "../../machine/address.ts";
import { type Fingerprint, type FingerprintPart, unequalParts } from "../../machine/debug/fingerprint.ts";
import { BusTables } from "../../machine/mmu/bus-tables.ts";
import { RIGHT_USER, RIGHT_WRITE } from "../../machine/mmu/rights.ts";
import { LEAF, Walk } from "../../machine/mmu/walk.ts";
import { MONITOR_AREA } from "./area.ts";
import type { Vm } from "./engine.ts";
import type { Host } from "./host.ts";

export interface Equivalence {
  readonly holds: boolean;
  readonly unequal: readonly FingerprintPart[];
}

/** Of a guest under a monitor and the same one on the bare machine, both at the same point of their lives: their end, say. */
export function equivalence(bare: Fingerprint, virtual: Fingerprint): Equivalence {
  const unequal = unequalParts(bare, virtual);
  return { holds: unequal.length === 0, unequal };
}

export interface Executed {
  /** The guest's instructions that the processor has executed as they are. */
  readonly direct: number;
  /** All other work: instructions interpreted or emulated, and what P executed that is a monitor's making. */
  readonly others: number;
}

export function executed({ engine, host, machine }: Vm): Executed {
  return { direct: engine.untouched, others: host.cpu.retired - engine.untouched + machine.cpu.retired };
}

/** 0 … 1: how much of what ran since `before` the processor executed as it is; NaN where nothing ran. */
export function efficiency(vm: Vm, before: Executed = { direct: 0, others: 0 }): number {
  const { direct, others } = executed(vm);
  const [by, past] = [direct - before.direct, others - before.others];
  return by / (by + past);
}

/** A page of the monitor's memory that P's page tables map. */
export interface Exposed {
  /** Unsigned. */
  readonly linear: number;
  readonly frame: number;
  readonly user: boolean;
  readonly writable: boolean;
}

const PAGE = 4096;
const PAGES_BELOW_4G = 1 << 20;

/**
 * Pages of [0, reserve) in the address space that P has now, below 4 GiB, which the guest may reach: for programs if user pages, for a kernel
 * below the monitor's area, where no segment keeps it out. Empty is right.
 */
export function exposedPages(host: Host): Exposed[] {
  const { cpu, mmu, bus, base } = host;
  const { paging } = mmu.translation;
  const exposed: Exposed[] = [];
  if (!paging.enabled || cpu.cr3 === 0) return exposed;
  const walk = new Walk();
  const tables = new BusTables(bus);
  const { format } = paging;
  for (let page = 0; page < PAGES_BELOW_4G; ) {
    const linear = page * PAGE;
    const root = paging.rootOf(linear | 0);
    const found = root >= 0 && walk.run(format, tables, root, linear | 0, 0, false) === LEAF;
    if (found) {
      const frame = walk.base(format) + (linear % 2 ** (format.shifts[walk.level] as number));
      const rights = walk.rights(format);
      const user = (rights & RIGHT_USER) !== 0;
      if (frame < base && (user || linear < MONITOR_AREA >>> 0))
        exposed.push({ linear, frame, user, writable: (rights & RIGHT_WRITE) !== 0 });
      page++;
    } else page += root < 0 ? 1 : 2 ** ((format.shifts[walk.level] as number) - 12);
  }
  return exposed;
}

/** Frames of the monitor's that nobody has any business with, full of a pattern. */
export class Sentinels {
  readonly #host: Host;
  readonly #frames: Hpa[] = [];

  /** Takes `count` frames, every other one, so that the tables to come lie among them. */
  constructor(host: Host, count = 32) {
    this.#host = host;
    const between: Hpa[] = [];
    for (let n = 0; n < count; n++) {
      this.#frames.push(host.frame());
      between.push(host.frame());
    }
    for (const frame of between.reverse()) host.frames.give(frame);
    for (const [n, frame] of this.#frames.entries())
      host.bus.dmaWrite(frame as never, new Uint8Array(PAGE).fill(0xa5 ^ n));
  }

  /** Host-physical addresses of bytes that are no longer as they were, one for a page; frame 0 belongs to nobody and is full of zeros. */
  changed(): number[] {
    const { ram } = this.#host.bus;
    const expected = [[0, 0], ...this.#frames.map((frame, n) => [frame, 0xa5 ^ n])] as [number, number][];
    return expected.flatMap(([frame, value]) => {
      const at = ram.subarray(frame, frame + PAGE).findIndex((byte) => byte !== value);
      return at < 0 ? [] : [frame + at];
    });
  }
}
