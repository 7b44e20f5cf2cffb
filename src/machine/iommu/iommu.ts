/**
 * A DMA remapping unit after Intel VT-d: between devices and memory, and between their interrupt messages and local APICs.
 *
 *     device ── requester, address ──▶ translator ──▶ memory                 root, context, second-level tables; IOTLB
 *            └─ FEExxxxx ───────────▶ interrupts ──▶ local APIC               remapping table; posted-interrupt descriptors
 *                         registers, invalidation queue ◀── whoever runs it
 *
 * Section numbers in this room are those of revision 3.3 as remembered: the text was not at hand to compare. What was compared: register
 * offsets with datasheets of Xeon processors that have the unit, the DMAR table with ACPICA, and all of it with Linux 6.1's driver, which
 * finds it and switches it on.
 */
import type { Iova } from "../address.ts";
import type { Bus } from "../bus.ts";
import type { Clock } from "../clock.ts";
import type { TlbGeometry } from "../cost.ts";
import type { ApicMessage } from "../devices/lapic.ts";
import { interruptMessage, isMessage } from "../devices/message.ts";
import { type Dma, directDma } from "../dma.ts";
import { loadFields, saveFields } from "../fields.ts";
import { BusTables } from "../mmu/bus-tables.ts";
import type { Stateful, StateReader, StateWriter } from "../state.ts";
import { Faults } from "./faults.ts";
import { InterruptRemapping } from "./interrupts.ts";
import { InvalidationQueue } from "./invalidation.ts";
import { Registers } from "./registers.ts";
import { checked, Translator } from "./translator.ts";

/** Where chip sets have it. */
export const IOMMU_BASE = 0xfed90000;
/** Host address width, unless said. */
export const PHYSICAL_BITS = 39;
const PAGE = 4096;

export interface IommuOptions {
  /** 64 entries of 4 ways unless said. */
  readonly iotlb?: TlbGeometry;
  /** 16 entries of 4 ways unless said. */
  readonly contexts?: TlbGeometry;
  /** Host address width; PHYSICAL_BITS unless said. */
  readonly physicalBits?: number;
  /** Cycles from a write of the queue's tail until what is in it is done; none unless said. They need a clock. */
  readonly invalidation?: number;
  /** Leaves of 2 MiB and 1 GiB; unless said there are. */
  readonly superpages?: boolean;
}

export class Iommu implements Stateful {
  readonly faults: Faults;
  readonly translator: Translator;
  readonly queue: InvalidationQueue;
  readonly interrupts: InterruptRemapping;
  readonly registers: Registers;
  readonly #memory: Dma;

  /** `bus`: the memory behind the unit, its own tables' too. `deliver`: to local APICs. */
  constructor(bus: Bus, deliver: (message: ApicMessage) => void, options: IommuOptions = {}, clock?: Clock) {
    const { physicalBits = PHYSICAL_BITS, superpages = true } = options;
    const { iotlb = { entries: 64, ways: 4 }, contexts = { entries: 16, ways: 4 } } = options;
    const bytes = bus.ram.length;
    const memory = new BusTables(bus);
    const tables = checked(memory, bytes);
    const faults = new Faults((address, data) => {
      const message = interruptMessage(address, data);
      if (message !== undefined) deliver(message);
    });
    this.#memory = directDma(bus);
    this.faults = faults;
    this.translator = new Translator({
      ...{ tables: memory, bytes, faults, iotlb, contexts },
      ...{ physicalBits, superpages },
    });
    const { invalidation = 0 } = options;
    if (invalidation > 0 && clock === undefined)
      throw new RangeError("a unit whose invalidations take time needs a clock");
    const time = invalidation > 0 && clock !== undefined ? { clock, cycles: invalidation } : undefined;
    this.queue = new InvalidationQueue(tables, this.translator, faults, time);
    this.interrupts = new InterruptRemapping(tables, faults, deliver);
    const { translator, queue, interrupts } = this;
    this.registers = new Registers({ translator, queue, interrupts, faults, superpages });
  }

  /** A requester's way to memory. A dword that it writes to FEExxxxx is an interrupt message, as on a real bus (3.14). */
  dma(requester: number): Dma {
    const each = (at: number, bytes: Uint8Array, write: boolean): boolean => {
      for (let done = 0; done < bytes.length; ) {
        const from = at + done;
        const length = Math.min(PAGE - (from % PAGE), bytes.length - done);
        const host = this.translator.translate(requester, from, write);
        if (host < 0) return false;
        const piece = bytes.subarray(done, done + length);
        const { read, write: put } = this.#memory;
        if (!(write ? put(host as Iova, piece) : read(host as Iova, piece))) return false;
        done += length;
      }
      return true;
    };
    return {
      read: (at, into) => {
        if (!isMessage(at) && each(at, into, false)) return true;
        into.fill(0xff);
        return false;
      },
      write: (at, bytes) => {
        if (!isMessage(at)) return each(at, bytes, true);
        if (bytes.length !== 4 || at % 4 !== 0) return false;
        const data = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
        return this.interrupts.request(requester, at, data);
      },
    };
  }

  /** A requester's interrupt messages. */
  message(requester: number): (address: number, data: number) => void {
    return (address, data) => {
      this.interrupts.request(requester, address, data);
    };
  }

  save(out: StateWriter): void {
    out.section("iommu");
    for (const part of [this.faults, this.translator, this.queue]) part.save(out);
    saveFields(out, this.interrupts, "enabled compatibility table entries");
    saveFields(out, this.registers, "rootSet tableSet");
    saveFields(out, this.registers.pending, "rtaddr irta");
  }

  load(from: StateReader): void {
    from.section("iommu");
    for (const part of [this.faults, this.translator, this.queue]) part.load(from);
    loadFields(from, this.interrupts, "enabled compatibility table entries");
    loadFields(from, this.registers, "rootSet tableSet");
    loadFields(from, this.registers.pending, "rtaddr irta");
  }
}
