/**
 * Decoded code. Each physical page that was executed keeps its instructions by offset; a write to bytes that were decoded drops
 * the page's instructions, so self-modifying code works. The interpreter runs in a window:
 *
 *        linear page          │ · · · · · · op · · op · op · · · · · · · · │   slots: page offset → op (UNDECODED elsewhere)
 *     CS base + ip  ──────────┼─▶ start … start + size: what CS's limit leaves of the page
 *
 * An instruction that crosses the page's end, or lies where there is no RAM, is decoded each time.
 */
import type { Gpa, Gva } from "../address.ts";
import { PAGE_CODE, PAGE_MMIO } from "../bus.ts";
import { decode } from "../isa/decode.ts";
import { bind } from "./bind.ts";
import type { Cpu } from "./cpu.ts";
import { GP, raise } from "./fault.ts";
import { Op } from "./op.ts";

const PAGE = 4096;
/** Bounds of the cache: with both reached it takes 20 MB. */
const MOST_OPS = 49152;
const MOST_PAGES = 160;

/** A slot without an instruction: its length 0 makes the interpreter decode. */
const UNDECODED = new Op();
const NOWHERE: Op[] = new Array(PAGE).fill(UNDECODED);

/** Where the interpreter may run without asking: ip in start … start + size − 1, at slot ip − start + skew. */
export class CodeWindow {
  start = 0;
  size = 0;
  skew = 0;
  ops: Op[] = NOWHERE;
}

/** Instructions of one physical page, per mode, since the same bytes mean different things in different modes. */
class CodePage {
  readonly byMode = new Map<number, Op[]>();
  /** Bit per byte: it is part of a decoded instruction. */
  readonly decoded = new Uint8Array(PAGE / 8);
}

export class Code {
  readonly window = new CodeWindow();
  readonly #cpu: Cpu;
  readonly #pages = new Map<number, CodePage>();
  #page: CodePage | undefined;
  #opCount = 0;
  #arrayCount = 0;
  /** The fetch in progress. */
  #physical = 0;
  #ip = 0;
  #taken = 0;
  readonly #next = (): number => this.#fetchByte();

  constructor(cpu: Cpu) {
    this.#cpu = cpu;
    cpu.window = this.window;
    cpu.bus.onCodeWrite = (at, length) => this.#written(at, length);
  }

  /** Drops everything: after a snapshot was loaded. */
  clear(): void {
    for (const page of this.#pages.keys()) this.#cpu.bus.clearFlag(page, PAGE_CODE);
    this.#pages.clear();
    this.#opCount = 0;
    this.#arrayCount = 0;
    this.window.size = 0;
    this.window.ops = NOWHERE;
    this.#page = undefined;
  }

  /** Decodes the instruction at CS:ip; #PF, or #GP(0) past the limit. It comes from the cache when it is there. */
  find(): Op {
    const cpu = this.#cpu;
    const { window } = this;
    if (((cpu.ip - window.start) | 0) >>> 0 >= window.size) {
      this.#open();
      const found = window.ops[cpu.ip - window.start + window.skew] as Op;
      if (found !== UNDECODED && window.size > 0) return found;
    }
    return this.#decode();
  }

  #decode(): Op {
    const cpu = this.#cpu;
    const { window } = this;
    const at = cpu.ip - window.start + window.skew;
    const op = new Op();
    this.#ip = cpu.ip;
    this.#taken = 0;
    decode(this.#next, cpu.bits, op);
    bind(op, cpu);
    if (window.size > 0 && at + op.length <= PAGE && this.#taken > 0) this.#keep(at, op);
    return op;
  }

  #keep(at: number, op: Op): void {
    const page = this.#page as CodePage;
    this.window.ops[at] = op;
    for (let byte = at; byte < at + op.length; byte++)
      page.decoded[byte >> 3] = (page.decoded[byte >> 3] as number) | (1 << (byte & 7));
    this.#opCount++;
  }

  #fetchByte(): number {
    const cpu = this.#cpu;
    const ip = this.#ip;
    if (this.#taken === 0 || (this.#physical & (PAGE - 1)) === PAGE - 1) {
      this.#physical = cpu.memory.fetch(this.#linear(ip));
    } else {
      this.#physical++;
      if (!cpu.wide && ip >>> 0 > (cpu.segments.limit[1] as number)) raise(GP);
    }
    this.#taken++;
    this.#ip = (ip + 1) | 0;
    return cpu.bus.read(this.#physical as Gpa, 1);
  }

  #linear(ip: number): Gva {
    const cpu = this.#cpu;
    if (cpu.wide) return (cpu.ipHigh * 4294967296 + (ip >>> 0)) as Gva;
    if (ip >>> 0 > (cpu.segments.limit[1] as number)) raise(GP);
    return (((cpu.segments.base[1] as number) + ip) | 0) as Gva;
  }

  /** Moves the window to the page of CS:ip. */
  #open(): void {
    const cpu = this.#cpu;
    const { window } = this;
    window.size = 0;
    const linear = this.#linear(cpu.ip);
    const physical = cpu.memory.fetch(linear);
    const number = Math.floor(physical / PAGE);
    if (cpu.bus.flags(physical) & PAGE_MMIO) {
      window.ops = NOWHERE;
      return;
    }
    if (this.#opCount > MOST_OPS || this.#arrayCount > MOST_PAGES) this.clear();
    let page = this.#pages.get(number);
    if (page === undefined) {
      page = new CodePage();
      this.#pages.set(number, page);
      cpu.bus.setFlag(number, PAGE_CODE);
    }
    const mode = modeKey(cpu);
    let ops = page.byMode.get(mode);
    if (ops === undefined) {
      ops = new Array<Op>(PAGE).fill(UNDECODED);
      page.byMode.set(mode, ops);
      this.#arrayCount++;
    }
    const offset = physical % PAGE;
    const ip = cpu.ip >>> 0;
    const before = cpu.wide ? offset : Math.min(offset, ip);
    const limit = cpu.wide ? 0xffffffff : (cpu.segments.limit[1] as number);
    const after = Math.min(PAGE - offset, limit - ip + 1);
    this.#page = page;
    window.ops = ops;
    window.skew = offset - before;
    window.start = (cpu.ip - before) | 0;
    window.size = before + after;
  }

  #written(at: number, length: number): void {
    const number = Math.floor(at / PAGE);
    const page = this.#pages.get(number);
    if (page === undefined) return;
    const first = at % PAGE;
    let hit = false;
    for (let byte = first; byte < first + length && !hit; byte++)
      hit = (((page.decoded[byte >> 3] as number) >> (byte & 7)) & 1) !== 0;
    if (!hit) return;
    this.#pages.delete(number);
    this.#cpu.bus.clearFlag(number, PAGE_CODE);
    if (this.#page === page) {
      this.window.size = 0;
      this.window.ops = NOWHERE;
    }
  }
}

/** What decides how bytes are decoded and bound: code size, and whether mode is real, virtual-8086 or protected. */
function modeKey(cpu: Cpu): number {
  const kind = !cpu.protectedMode ? 0 : cpu.v86 ? 1 : cpu.longMode ? 2 : 3;
  return kind * 128 + cpu.bits;
}
