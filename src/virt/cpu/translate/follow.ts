/** What V did to its address space, told to the pager: found by comparing, whatever instruction it was. */
import type { Gva } from "../../../machine/address.ts";
import { type Cpu, CR0 } from "../../../machine/cpu/cpu.ts";
import { Op } from "../../../machine/cpu/op.ts";
import { offset32 } from "../../../machine/cpu/operand.ts";
import { peek } from "../../../machine/debug/look.ts";
import { decode } from "../../../machine/isa/decode.ts";
import { CS } from "../../../machine/isa/instruction.ts";
import { EVENT } from "../../../machine/trace.ts";
import type { Pager } from "../../mmu/pager.ts";
import type { Host } from "../host.ts";

/** Of CR0: what decides about paging. The rest P takes over as it is. */
const PAGING = CR0.PE | CR0.PG | CR0.WP;
const LONGEST = 15;

export class Follower {
  readonly #host: Host;
  readonly #pager: Pager;
  /** The guest's address space, or part of it, may be another one now. */
  onChange: () => void = () => {};
  #cr0: number;
  #cr4: number;
  #efer: number;
  #flushes: number;
  #invalidations: number;

  constructor(host: Host, pager: Pager) {
    this.#host = host;
    this.#pager = pager;
    const { cpu } = host.machine;
    const { cr0, cr4, efer, trace } = cpu;
    this.#cr0 = cr0;
    this.#cr4 = cr4;
    this.#efer = efer;
    this.#flushes = flushesOf(cpu);
    this.#invalidations = trace.count("invlpg");
  }

  /** V has executed the instruction that was at `ip`, or several when it is undefined. */
  look(ip?: number): void {
    const { machine, cpu: processor } = this.#host;
    const { cpu } = machine;
    const { counts } = cpu.trace;
    const changed = cpu.cr0 ^ this.#cr0;
    const control = (changed & PAGING) !== 0 || cpu.cr4 !== this.#cr4 || cpu.efer !== this.#efer;
    const flushes = flushesOf(cpu);
    const invalidations = counts[EVENT.invlpg] as number;
    const flushed = flushes !== this.#flushes;
    const invalidated = invalidations !== this.#invalidations;
    if (!control && changed === 0 && !flushed && !invalidated) return;
    this.#cr0 = cpu.cr0;
    this.#cr4 = cpu.cr4;
    this.#efer = cpu.efer;
    if (control) this.#pager.control();
    else if (changed !== 0) processor.cr0 = (processor.cr0 & PAGING) | (cpu.cr0 & ~PAGING);
    this.#flushes = flushes;
    this.#invalidations = invalidations;
    if (!control && flushed) this.#pager.loadCr3();
    else if (!control && invalidated) this.#invalidate(ip);
    if (control || flushed || invalidated) this.onChange();
  }

  #invalidate(ip: number | undefined): void {
    if (ip === undefined) this.#pager.loadCr3();
    else this.#pager.invalidate(operandAddress(this.#host, ip));
  }
}

/** INVPCID flushes without loading CR3, and a task switch may load it without flushing anything new. */
function flushesOf({ trace }: Cpu): number {
  return (trace.counts[EVENT.cr3Write] as number) + (trace.counts[EVENT.tlbFlush] as number);
}

/** Linear address of the memory operand of the instruction at `ip`, which has changed neither memory nor registers. */
function operandAddress({ machine }: Host, ip: number): Gva {
  const { cpu } = machine;
  const { base } = cpu.segments;
  const bytes = peek(machine, (((base[CS] as number) + ip) | 0) as Gva, LONGEST);
  const op = new Op();
  let at = 0;
  decode(() => bytes[at++] as number, cpu.bits, op);
  return ((offset32(cpu, op) + (base[op.seg] as number)) | 0) as Gva;
}
