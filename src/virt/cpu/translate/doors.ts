/** Ways between V and P: into translated code and into the guest's programs, and out of both. */
import { type Cpu, CR4 } from "../../../machine/cpu/cpu.ts";
import { IF, IOPL, NT, RF, TF, VM } from "../../../machine/cpu/flags.ts";
import { updateMode } from "../../../machine/cpu/segments.ts";
import type { MonitorArea } from "./area.ts";
import { EAX, ECX, ESP } from "./emitter.ts";
import { POPF_OFF, POPF_ON, POPF_SLOW, SLOT } from "./layout.ts";
import { loadKernelSegments, loadUserSegments, saveUserSegments } from "./segments.ts";
import { type Place, UNDO } from "./translation.ts";

/** Of EFLAGS: where the guest's are not P's. */
const VIRTUAL = IF | IOPL | NT | TF | RF | VM;
/** Bits that P has in the monitor's data, and the POPF table depends on. */
const SYSTEM = IOPL | NT;

export class Doors {
  readonly #area: MonitorArea;
  readonly #processor: Cpu;
  readonly #virtual: Cpu;
  /** IOPL and NT that the POPF table was made for. */
  #popfFor = -1;

  constructor(area: MonitorArea, processor: Cpu, virtual: Cpu) {
    this.#area = area;
    this.#processor = processor;
    this.#virtual = virtual;
  }

  /** Translated code at a linear address; `waits`: an interrupt that V cannot take yet. */
  enterCache(address: number, waits: boolean): void {
    const processor = this.#processor;
    const virtual = this.#virtual;
    const area = this.#area;
    const { eflags } = virtual.flags;
    loadKernelSegments(processor, virtual);
    this.#start(address, 1, (virtual.flags.value & ~VIRTUAL) | IF);
    area.set(SLOT.virtualIf, eflags & IF);
    area.set(SLOT.system, (eflags & SYSTEM) - IF);
    area.set(SLOT.pending, waits ? 1 : 0);
    const { selector } = virtual.segments;
    for (let seg = 0; seg < 6; seg++) area.set(SLOT.selectors + 4 * seg, selector[seg] as number);
    this.#makePopfTable(eflags & SYSTEM);
  }

  /** V's state from P's in the cache; what a sequence has begun is undone. Without a place V has not moved. */
  leaveCache(place: Place | null): void {
    const area = this.#area;
    const virtual = this.#virtual;
    const { r32 } = virtual;
    if (place !== null) {
      const { undo, sp, ip } = place;
      if ((undo & UNDO.eax) !== 0) r32[2 * EAX] = area.get(SLOT.eax);
      if ((undo & UNDO.ecx) !== 0) r32[2 * ECX] = area.get(SLOT.ecx);
      if ((undo & UNDO.newIf) !== 0) area.set(SLOT.virtualIf, area.get(SLOT.newIf));
      r32[2 * ESP] = (r32[2 * ESP] as number) + sp;
      virtual.ip = ip;
    }
    const own = (virtual.flags.eflags & SYSTEM) | area.get(SLOT.virtualIf);
    virtual.flags.value = (this.#processor.flags.value & ~VIRTUAL) | own;
  }

  /** The guest's own code in ring 3, at V's CS:ip. With UMIP P does not tell it the monitor's tables. */
  enterProgram(): void {
    const processor = this.#processor;
    const virtual = this.#virtual;
    loadUserSegments(processor, virtual);
    if (processor.model.features.has("umip")) processor.cr4 |= CR4.UMIP;
    this.#start(virtual.ip, 3, virtual.flags.value & ~RF);
  }

  leaveProgram(): void {
    saveUserSegments(this.#processor, this.#virtual);
    this.#virtual.ip = this.#processor.ip;
    this.#virtual.flags.value = this.#processor.flags.value;
  }

  #start(ip: number, ring: number, flags: number): void {
    const processor = this.#processor;
    processor.shadow = processor.halted = false;
    processor.tscOffset = this.#virtual.tscOffset;
    processor.ip = ip;
    processor.ipHigh = 0;
    processor.cpl = ring;
    processor.flags.value = flags;
    updateMode(processor);
  }

  /** Which images POPF may load as they are, by bits 8 to 15. */
  #makePopfTable(system: number): void {
    if (system === this.#popfFor) return;
    this.#popfFor = system;
    for (let high = 0; high < 256; high++) {
      const image = high << 8;
      const plain = (image & TF) === 0 && (image & SYSTEM) === system && (system & NT) === 0;
      this.#area.setPopf(high, plain ? ((image & IF) !== 0 ? POPF_ON : POPF_OFF) : POPF_SLOW);
    }
  }
}
