/** Memory accesses that the software TLB could not answer: V's memory makes them, and the software TLB learns the page. */
import type { Gva } from "../../../machine/address.ts";
import type { Cpu } from "../../../machine/cpu/cpu.ts";
import { FAULT } from "../../../machine/cpu/fault.ts";
import { EAX } from "../../../machine/cpu/registers.ts";
import type { Host } from "../host.ts";
import { KEY } from "./env.ts";
import { tableIn } from "./mode.ts";
import { CALL, type Site } from "./site.ts";
import { MODIFIES_CODE, type Translations } from "./translations.ts";

/** Of Memory.direct. */
const NOT_DIRECT = -1;

export class SlowAccesses {
  readonly #host: Host;
  readonly #translations: Translations;

  constructor(translations: Translations) {
    this.#host = translations.host;
    this.#translations = translations;
  }

  /** `vector`: of CALL. The address is in P's EAX. False, with nothing done, when it faults or changes code. */
  access({ size, register }: Site, vector: number, { r32 }: Cpu): boolean {
    const virtual = this.#host.machine.cpu;
    const { memory, cr2 } = virtual;
    const at = r32[EAX] as Gva;
    const index = 2 * register;
    const write = vector !== CALL.read;
    try {
      this.#translations.guarded = write;
      if (vector === CALL.write) store(memory, at, size, r32[index] as number);
      else r32[index] = load(memory, at, size, write);
    } catch (error) {
      if (error !== FAULT && error !== MODIFIES_CODE) throw error;
      // V will meet it when it carries the instruction out.
      virtual.cr2 = cr2;
      return false;
    } finally {
      this.#translations.guarded = false;
    }
    this.#fill(at, write);
    return true;
  }

  /** The software TLB answers the next access to the page, if it may be direct. */
  #fill(at: Gva, write: boolean): void {
    const { memory } = this.#host.machine.cpu;
    const { ledger } = this.#host;
    const table = tableIn(this.#translations.env.read(KEY));
    const forWrite = write ? memory.direct(at, true) : NOT_DIRECT;
    const offset = forWrite === NOT_DIRECT ? memory.direct(at, false) : forWrite;
    if (offset !== NOT_DIRECT) this.#translations.tlb.fill(table, at, false, offset);
    if (forWrite !== NOT_DIRECT) this.#translations.tlb.fill(table, at, true, forWrite);
    const direct = (write ? forWrite : offset) !== NOT_DIRECT;
    if (!direct) this.#host.payDevices();
    if (!direct && this.#translations.tlb.know(table, at)) return;
    const { paging } = this.#host.machine.mmu.translation;
    if (paging.enabled) ledger.pay("guestWalk", 0, paging.format.depth);
    ledger.pay("shadowFill");
  }
}

function load(memory: Cpu["memory"], at: Gva, size: number, forWrite: boolean): number {
  if (size === 1) return forWrite ? memory.readForWrite8(at) : memory.read8(at);
  if (size === 2) return forWrite ? memory.readForWrite16(at) : memory.read16(at);
  return forWrite ? memory.readForWrite32(at) : memory.read32(at);
}

function store(memory: Cpu["memory"], at: Gva, size: number, value: number): void {
  if (size === 1) memory.write8(at, value & 0xff);
  else if (size === 2) memory.write16(at, value & 0xffff);
  else memory.write32(at, value);
}
