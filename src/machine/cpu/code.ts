/**
 * Decoded code. Each physical page that was executed keeps its instructions by offset; a write to bytes that were decoded drops
 * the page's instructions, so self-modifying code works. The interpreter runs in a window:
 *
 *        linear page          │ · · · · · · op · · op · op · · · · · · · · │   slots: page offset → op (UNDECODED elsewhere)
 *     CS base + ip  ──────────┼─▶ start … start + size: what CS's limit leaves of the page
 *
 * Instructions in straight line are linked into runs (op.ts). An instruction that crosses the page's end, or lies where there is no RAM, is decoded each time.
 */
import type { Gpa, Gva } from "../address.ts";
import { PAGE_CODE, PAGE_MMIO } from "../bus.ts";
import { decode } from "../isa/decode.ts";
import { bind, endsRun } from "./bind.ts";
import type { Breakpoints } from "./breakpoints.ts";
import { type Cpu, CR0, EFER } from "./cpu.ts";
import { ALONE, FAULT, GP, raise } from "./fault.ts";
import { VM } from "./flags.ts";
import { NEVER, Op } from "./op.ts";
import { mostCharged } from "./price.ts";
import { Closed, CodePage, CodeWindow, followed, join, LONGEST_RUN, NOWHERE, UNDECODED } from "./window.ts";

const PAGE = 4096;
const PAGE_MASK = -PAGE;
const CS_BIT = 1 << 1;
const TWO32 = 4294967296;
/** Bounds of the cache: with both reached it takes 20 MB. */
const MOST_OPS = 49152;
const MOST_PAGES = 160;
// Copies: V8 folds a module's own constants into the code, but loads an imported one each time. One key is made of bits 0 to 6.
const CR0_PE = CR0.PE;
const EFER_LMA = EFER.LMA;

/** Bytes of an instruction, at most. */
const LONGEST = 15;

/** A page that was run lately, in one mode: spares two look-ups at each change of page or ring. */
interface Recent {
  number: number;
  mode: number;
  page: CodePage;
  ops: Op[];
}

const RECENT = 32;
const NO_PAGE: Recent = { number: -1, mode: -1, page: new CodePage(), ops: NOWHERE };

export class Code {
  readonly window = new CodeWindow();
  readonly #cpu: Cpu;
  readonly #breakpoints: Breakpoints;
  readonly #pages = new Map<number, CodePage>();
  readonly #recent: Recent[] = new Array(RECENT).fill(NO_PAGE);
  readonly #ofSystem = new Closed();
  readonly #ofUser = new Closed();
  #page: CodePage | undefined;
  #opCount = 0;
  #arrayCount = 0;
  /** Physical address of the window's page. */
  #windowBase = 0;
  /** The fetch in progress. */
  readonly #most: number;
  #physical = 0;
  #ip = 0;
  #taken = 0;
  /** Every instruction is decoded anew. */
  fleeting = false;
  /** Decoding beyond what is executed: it must not be noticed, so it never leaves the page. */
  #ahead = false;
  readonly #next = (): number => this.#fetchByte();

  constructor(cpu: Cpu, breakpoints: Breakpoints) {
    this.#cpu = cpu;
    this.#most = mostCharged(cpu.prices);
    this.#breakpoints = breakpoints;
    cpu.window = this.window;
    // A host's memory may hold the code of several processors.
    const others = cpu.bus.onCodeWrite;
    cpu.bus.onCodeWrite = (at, length) => {
      this.#written(at, length);
      others(at, length);
    };
  }

  /** Drops everything: after a snapshot was loaded. */
  clear(): void {
    for (const page of this.#pages.keys()) this.#cpu.bus.clearFlag(page, PAGE_CODE);
    this.#pages.clear();
    this.#recent.fill(NO_PAGE);
    this.#ofSystem.version = this.#ofUser.version = -1;
    this.#opCount = 0;
    this.#arrayCount = 0;
    this.window.size = 0;
    this.window.ops = NOWHERE;
    this.#page = undefined;
  }

  /** The instruction at CS:ip, with its run; #PF, or #GP(0) past the limit. It comes from the cache when it is there. */
  find(): Op {
    const cpu = this.#cpu;
    const { window } = this;
    if (((cpu.ip - window.start) | 0) >>> 0 >= window.size) this.open();
    const first = (cpu.ip - window.start) | 0;
    const found = window.size > 0 ? (window.ops[first] as Op) : UNDECODED;
    return found === UNDECODED ? this.#decodeRun(first) : found;
  }

  /** Decodes on in straight line, then links backwards. Only the first instruction's faults count: the others were not reached. */
  #decodeRun(first: number): Op {
    const { window } = this;
    const run = [this.#decode(this.#cpu.ip)];
    const fits = window.size > 0 && first + (run[0] as Op).length <= PAGE;
    // The next page was the last one to be looked up: its translation may have taken the place of this page's.
    if (!fits) window.size = 0;
    if (this.#breakpoints.mayBeAt(this.#cpu.ip)) {
      const [op] = run as [Op];
      join(op, null, this.#most);
      if (fits) this.#keep(first, op);
      this.#breakpoints.guard(op);
      op.runWorst = NEVER;
      return op;
    }
    if (!fits) return this.#link(run, first, false);
    this.#ahead = true;
    let at = first + (run[0] as Op).length;
    while (run.length < LONGEST_RUN && !endsRun(run[run.length - 1] as Op)) {
      const known = window.ops[at];
      if (known === undefined || known !== UNDECODED) break;
      if (this.#breakpoints.mayBeAt((window.start + at) | 0)) break;
      let op: Op;
      try {
        op = this.#decode((window.start + at) | 0);
      } catch (error) {
        if (error !== FAULT) throw error;
        break;
      }
      run.push(op);
      at += op.length;
    }
    this.#ahead = false;
    return this.#link(run, first, true);
  }

  #decode(ip: number): Op {
    const cpu = this.#cpu;
    const op = new Op();
    this.#ip = ip;
    this.#taken = 0;
    decode(this.#next, cpu.bits, op);
    bind(op, cpu);
    return op;
  }

  #link(run: Op[], first: number, keep: boolean): Op {
    const { window } = this;
    let at = first;
    for (const op of run) at += op.length;
    const last = run[run.length - 1] as Op;
    // Code that was entered further on before is joined, so that a run ends where it would have ended.
    let next = keep && !endsRun(last) ? followed(window.ops[at]) : null;
    for (const op of run.reverse()) {
      at -= op.length;
      join(op, next, this.#most);
      if (keep) this.#keep(at, op);
      next = op;
    }
    return next as Op;
  }

  /**
   * The instruction at CS:ip touched a device in the middle of a run. It will again: runs end before it from now on, and it is
   * executed alone without being tried in a run first.
   */
  isolate(op: Op): void {
    const at = (this.#cpu.ip - this.window.start) | 0;
    op.runWorst = NEVER;
    if (this.window.ops[at] === op) this.#relink(at, op);
  }

  /** Tells the instructions before the one at a slot that its run has changed. */
  #relink(at: number, op: Op): void {
    for (let slot = at - 1; slot >= 0 && slot >= at - LONGEST; slot--) {
      const before = this.window.ops[slot] as Op;
      if (before.next !== op) continue;
      join(before, op.runWorst === NEVER ? null : op, this.#most);
      this.#relink(slot, before);
    }
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
    if (this.#taken === 0 && this.#ahead) {
      this.#physical = this.#windowBase + ((ip - this.window.start) | 0);
    } else if (this.#taken === 0 || this.#physical % PAGE === PAGE - 1) {
      if (this.#ahead) raise(ALONE);
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
    const limit = (cpu.segments.limit[1] as number) | 0;
    if (limit !== -1 && ip >>> 0 > limit >>> 0) raise(GP);
    return (((cpu.segments.base[1] as number) + ip) | 0) as Gva;
  }

  /** Moves the window to the page of CS:ip; its size stays 0 where there is no RAM, or where CS's limit cuts the page. */
  open(): void {
    const cpu = this.#cpu;
    const { window } = this;
    const mode = modeKey(cpu);
    const closed = cpu.cpl === 3 ? this.#ofUser : this.#ofSystem;
    // Where CS is flat, start and page are the same.
    if (
      !this.fleeting &&
      closed.start === (cpu.ip & PAGE_MASK) &&
      closed.version === cpu.memory.codeVersion &&
      closed.mode === mode &&
      (cpu.flatRead & CS_BIT) !== 0
    ) {
      window.start = closed.start;
      window.size = PAGE;
      window.version = closed.version;
      // Storing objects costs more than comparing them.
      if (window.ops === closed.ops) return;
      window.ops = closed.ops;
      this.#page = closed.page;
      this.#windowBase = closed.base;
      return;
    }
    window.size = 0;
    const linear = this.#linear(cpu.ip);
    const physical = cpu.memory.fetch(linear);
    const { pages } = cpu.bus;
    const number = physical >>> 12;
    const offset = physical & (PAGE - 1);
    window.start = (cpu.ip - offset) | 0;
    window.ops = NOWHERE;
    if (
      this.fleeting ||
      physical >= TWO32 ||
      number >= pages.length ||
      ((pages[number] as number) & PAGE_MMIO) !== 0
    )
      return;
    const slot = (number ^ mode) & (RECENT - 1);
    let recent = this.#recent[slot] as Recent;
    if (recent.number !== number || recent.mode !== mode) {
      recent = this.#lookUp(number, mode);
      this.#recent[slot] = recent;
    }
    this.#page = recent.page;
    this.#windowBase = physical - offset;
    if (!cpu.wide && !this.#holdsPage(offset)) return;
    window.ops = recent.ops;
    window.size = PAGE;
    window.version = cpu.memory.codeVersion;
    if (cpu.wide || (cpu.flatRead & CS_BIT) === 0) return;
    closed.version = cpu.memory.codeVersion;
    closed.mode = mode;
    closed.start = window.start;
    closed.base = this.#windowBase;
    closed.page = recent.page;
    closed.ops = recent.ops;
  }

  /** CS's limit leaves the rest of ip's page: otherwise each fetch must be checked. */
  #holdsPage(offset: number): boolean {
    const cpu = this.#cpu;
    const limit = (cpu.segments.limit[1] as number) | 0;
    return limit === -1 || (limit >>> 0) - (cpu.ip >>> 0) >= PAGE - 1 - offset;
  }

  #lookUp(number: number, mode: number): Recent {
    if (this.#opCount > MOST_OPS || this.#arrayCount > MOST_PAGES) this.clear();
    let page = this.#pages.get(number);
    if (page === undefined) {
      page = new CodePage();
      this.#pages.set(number, page);
      this.#cpu.bus.setFlag(number, PAGE_CODE);
    }
    let ops = page.byMode.get(mode);
    if (ops === undefined) {
      ops = new Array<Op>(PAGE).fill(UNDECODED);
      page.byMode.set(mode, ops);
      this.#arrayCount++;
    }
    return { number, mode, page, ops };
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
    // What was decoded ahead may be what is being overwritten: a run in progress comes back to this instruction alone.
    this.#cpu.bus.onEffect();
    this.#pages.delete(number);
    this.#recent.fill(NO_PAGE);
    this.#ofSystem.version = this.#ofUser.version = -1;
    this.#cpu.bus.clearFlag(number, PAGE_CODE);
    if (this.#page === page) {
      this.window.size = 0;
      this.window.ops = NOWHERE;
    }
  }
}

/** What decides how bytes are decoded and bound: code size, and whether mode is real, virtual-8086, protected or IA-32e. */
function modeKey(cpu: Cpu): number {
  return cpu.bits | (cpu.cr0 & CR0_PE) | ((cpu.flags.eflags & VM) >> 16) | ((cpu.efer & EFER_LMA) >> 8);
}
