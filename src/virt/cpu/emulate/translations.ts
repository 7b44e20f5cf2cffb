/**
 * The translations of one guest: where P goes on for a guest address, and when what was translated is true no more.
 *
 *     EIP ──V's page tables──▶ guest-physical ──▶ block, or a new one ──▶ table of jump targets, patched jump
 *     a write to code · INVLPG, MOV CR3 … · a device over a page ──▶ blocks, software TLB, table of jump targets
 */
import type { Gva } from "../../../machine/address.ts";
import { PAGE_MMIO, PAGE_WATCHED } from "../../../machine/bus.ts";
import type { Cpu } from "../../../machine/cpu/cpu.ts";
import { FAULT } from "../../../machine/cpu/fault.ts";
import { exists } from "../../../machine/cpu/guard.ts";
import type { Op } from "../../../machine/cpu/op.ts";
import { EBP } from "../../../machine/cpu/registers.ts";
import type { Mmu } from "../../../machine/mmu/mmu.ts";
import type { Host } from "../host.ts";
import { Block, Blocks, type Leave, sourceIn } from "./blocks.ts";
import { Env, KEY } from "./env.ts";
import { unshadowed } from "./mode.ts";
import type { Start } from "./site.ts";
import { SoftTlb } from "./soft-tlb.ts";
import { makeSpace } from "./space.ts";
import { makeStubs } from "./stubs.ts";
import { translate } from "./translate.ts";
import type { Stubs } from "./writer.ts";

const PAGE = 4096;
const LONGEST_INSTRUCTION = 15;
const NO_BYTES = new Uint8Array();
/** A block's host code at most: 64 instructions, the longest of them PUSHAD. */
const ROOM = 64 * 1024;

/** Thrown out of a write that would change code: the instruction is V's to carry out, and the block may be gone after it. */
export const MODIFIES_CODE = new Error("a write to translated code");

export class Translations {
  readonly host: Host;
  readonly env: Env;
  readonly tlb: SoftTlb;
  /** Blocks made so far. */
  made = 0;
  /** Times that the buffer was full, and everything went. */
  overflows = 0;
  /** A write to translated code throws MODIFIES_CODE, with nothing written. */
  guarded = false;
  readonly #blocks: Blocks;
  readonly #stubs: Stubs;

  constructor(host: Host) {
    const { bus, cpu } = host;
    this.host = host;
    const space = makeSpace(host);
    this.env = new Env(bus, space.env);
    this.tlb = new SoftTlb(this.env, host.base);
    const stubs = makeStubs(space.code);
    this.#stubs = stubs;
    this.#blocks = new Blocks(bus, space.code + stubs.code.length, space.code + space.codeBytes);
    this.#blocks.write(space.code, stubs.code);
    cpu.r32[EBP] = space.env;
    this.#watchCode();
    this.#watchTranslation();
  }

  get #virtual(): Cpu {
    return this.host.machine.cpu;
  }

  /** P goes on at a guest address; false when it has no code in reach. A jump from a block of the same page is patched. */
  goTo(ip: number, from: Leave | null): boolean {
    const physical = this.physical(ip);
    if (physical < 0) return false;
    const block = this.#block(ip, physical);
    // What the second page is must be asked each time.
    const chains = from?.block.valid && unshadowed(from.block.key) === block.key && block.second < 0;
    if (chains && samePage(from.block.physical, physical)) this.#blocks.chain(from.site.slot, block);
    this.host.cpu.ip = block.host;
    return true;
  }

  /** What a host address, after a call-out or of an instruction that trapped, stands for. */
  leaveAt(host: number): Leave {
    const leave = this.#blocks.leave(host);
    if (leave === undefined)
      throw new Error(
        `invariant: translated code was left at ${host.toString(16)}h, where no way out is known`,
      );
    return leave;
  }

  /** The guest instruction that begins at a host address, if its state is complete there. */
  startAt(host: number): Start | undefined {
    return this.#blocks.start(host);
  }

  /** The guest's memory or its state was changed by other ways than its processor's. */
  recheck(): void {
    this.#forget(this.#blocks.recheck(this.host.machine.bus.ram));
    this.tlb.flush();
  }

  /** Guest-physical address of code, or −1 where it cannot be fetched from RAM. */
  physical(ip: number): number {
    const virtual = this.#virtual;
    const { memory, bus, cr2 } = virtual;
    try {
      const physical = memory.fetch(ip as Gva);
      return (bus.flags(physical) & PAGE_MMIO) === 0 ? physical : -1;
    } catch (error) {
      if (error !== FAULT) throw error;
      // The fault has not happened yet.
      virtual.cr2 = cr2;
      return -1;
    }
  }

  #block(ip: number, physical: number): Block {
    const key = this.env.read(KEY);
    this.host.ledger.pay("lookup");
    const block =
      this.#blocks.find(ip, key, physical, () => this.#nextPage(ip)) ?? this.#translate(ip, key, physical);
    this.tlb.target(ip, key, block.host);
    return block;
  }

  /** Guest-physical address of the page after that of an address, or −1. */
  #nextPage(ip: number): number {
    return this.physical(((ip | (PAGE - 1)) + 1) | 0);
  }

  #translate(ip: number, key: number, physical: number): Block {
    const { bus } = this.host.machine;
    const virtual = this.#virtual;
    if (!this.#blocks.fits(ROOM)) this.#overflow();
    const host = this.#blocks.next;
    const rest = PAGE - (physical % PAGE);
    let second = -1;
    const translation = translate({
      ...{ ip, key, origin: host, stubs: this.#stubs },
      bytes: bus.ram.subarray(physical, physical + rest),
      beyond: () => {
        second = this.#nextPage(ip);
        return second < 0 ? NO_BYTES : bus.ram.subarray(second, second + LONGEST_INSTRUCTION);
      },
      exists: (op) => exists(op as Op, virtual),
    });
    const { bytes, instructions } = translation;
    const source = sourceIn(bus.ram, physical, bytes, second);
    const block = new Block({ ip, key, physical, bytes, host, second, source });
    this.#blocks.add(block, translation);
    this.made++;
    for (const page of block.pages) bus.setFlag(page, PAGE_WATCHED);
    this.host.ledger.pay("translate", ip, instructions);
    return block;
  }

  #overflow(): void {
    const { bus } = this.host.machine;
    for (const page of [...this.#blocks.pages]) bus.clearFlag(page, PAGE_WATCHED);
    this.#blocks.clear();
    this.tlb.forgetTargets();
    this.overflows++;
  }

  /** The guest's memory is about to change where there is translated code. */
  #written(physical: number, length: number): void {
    if (this.guarded) {
      if (this.#blocks.overlaps(physical, length)) throw MODIFIES_CODE;
      return;
    }
    this.#forget(this.#blocks.invalidate(physical, length));
  }

  /** Blocks that have been taken away are not gone to any more, and their pages may be written as before. */
  #forget(gone: readonly Block[]): void {
    for (const { ip, pages } of gone) {
      this.tlb.forgetTarget(ip);
      for (const page of pages)
        if (!this.#blocks.holds(page)) this.host.machine.bus.clearFlag(page, PAGE_WATCHED);
    }
  }

  /** The host's bus hears of writes to pages of the guest that are watched: here, those with translations. */
  #watchCode(): void {
    const { bus, base, machine } = this.host;
    const own = bus.onCodeWrite;
    bus.onCodeWrite = (at, length) => {
      if (at < base) own(at, length);
      else this.#written(at - base, length);
    };
    const { onPageChange } = machine.bus;
    machine.bus.onPageChange = (page, changed) => {
      onPageChange(page, changed);
      this.tlb.pageChanged(page);
    };
  }

  /** V tells its memory of every change to what translates; so it is told here. */
  #watchTranslation(): void {
    const { memory } = this.#virtual;
    const mmu = memory as Mmu;
    const after = <A extends unknown[]>(
      name: string,
      call: (...args: A) => void,
      then: (...args: A) => void,
    ) =>
      Object.defineProperty(mmu, name, {
        value: (...args: A) => {
          call.apply(mmu, args);
          then(...args);
        },
      });
    const { ledger } = this.host;
    const flush = () => {
      this.tlb.flush();
      ledger.pay("addressSpace");
    };
    after("setControl", mmu.setControl, flush);
    after("loadCr3", mmu.loadCr3, flush);
    after("flush", mmu.flush, flush);
    after("invpcid", mmu.invpcid, flush);
    after("invalidate", mmu.invalidate, (at) => {
      this.tlb.invalidate(at | 0);
      ledger.pay("shadowDrop", at | 0);
    });
  }
}

const samePage = (a: number, b: number): boolean => Math.floor(a / PAGE) === Math.floor(b / PAGE);
