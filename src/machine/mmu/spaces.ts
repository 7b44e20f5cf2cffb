/**
 * Address spaces as translations know them: one for each VPID, EP4TA and PCID. A space's translations carry the number that it has at
 * that time; to flush them is to give the space a new number. So a MOV CR3 costs the same whatever the TLB holds (SDM Vol. 3, 4.10.1,
 * 4.10.4.1, 28.3).
 *
 *     slot      context · 4097 + PCID, or + 4096 for the context's global pages          a translation: number, slot
 *     context   VPID (with SVM the ASID) and EP4TA: bits 51:12 of the EPT pointer or nCR3, or NO_EPT for linear mappings
 *
 * A translation is valid now when its number is `current` or `global`; it is some space's when its slot still has that number.
 */
import type { StateReader, StateWriter } from "../state.ts";

const PCIDS = 4096;
const GLOBAL = PCIDS;
const SLOTS = PCIDS + 1;
const FIRST = 1;
const LAST = 0x7fffffff - PCIDS - 2;
/** In place of an EP4TA: the guest-physical address is the physical one. */
export const NO_EPT = -1;
/** Contexts that are told apart; with one more, all are forgotten but the current one. */
const MOST_CONTEXTS = 1024;

interface Context {
  readonly vpid: number;
  readonly ept: number;
  readonly base: number;
  /** PCIDs other than 0 were used: flushing them means all of them. */
  tagged: boolean;
}

export class Spaces {
  /** Of the current PCID, and of the current context's global pages: a translation is valid with one of the two. */
  current = FIRST;
  global = FIRST + 1;
  /** Where the two numbers are kept. */
  slot = 0;
  globalSlot = GLOBAL;
  #next = FIRST + 2;
  #pcid = 0;
  #context: Context = { vpid: 0, ept: NO_EPT, base: 0, tagged: false };
  #contexts: Context[] = [this.#context];
  /** By slot; 0: nothing of it can be in a buffer. */
  #numbers = new Int32Array(SLOTS);

  constructor() {
    this.#numbers[0] = FIRST;
    this.#numbers[GLOBAL] = FIRST + 1;
  }

  get pcid(): number {
    return this.#pcid;
  }

  get vpid(): number {
    return this.#context.vpid;
  }

  /** The current EP4TA, or NO_EPT. */
  get ept(): number {
    return this.#context.ept;
  }

  switchTo(pcid: number): void {
    const context = this.#context;
    this.#pcid = pcid;
    if (pcid !== 0) context.tagged = true;
    this.slot = context.base + pcid;
    this.current = this.#numberOf(this.slot);
  }

  /** Another VPID or EP4TA; the PCID stays. */
  enter(vpid: number, ept: number): void {
    const now = this.#context;
    if (now.vpid === vpid && now.ept === ept) return;
    this.#context = this.#contextOf(vpid, ept);
    this.globalSlot = this.#context.base + GLOBAL;
    this.global = this.#numberOf(this.globalSlot);
    this.switchTo(this.#pcid);
  }

  /** A number that is not current is still that of its slot, not flushed. */
  holds(number: number, slot: number): boolean {
    return this.#numbers[slot] === number;
  }

  /** There was never another context than the first. */
  get single(): boolean {
    return this.#contexts.length === 1;
  }

  /** Of a slot that is not the global pages'. */
  pcidOf(slot: number): number {
    return slot % SLOTS;
  }

  /** A slot is of the current VPID and PCID, with whatever EP4TA. */
  isCurrent(slot: number): boolean {
    return this.isOf(slot, this.vpid) && slot % SLOTS === this.#pcid;
  }

  /** A slot is of the global pages of the current VPID, with whatever EP4TA. */
  isGlobal(slot: number): boolean {
    return this.isOf(slot, this.vpid) && slot % SLOTS === GLOBAL;
  }

  /** A slot is of a VPID. */
  isOf(slot: number, vpid: number): boolean {
    return this.#contexts[Math.floor(slot / SLOTS)]?.vpid === vpid;
  }

  /** Flushes the translations of one PCID of the current VPID, for every EP4TA, but for global pages. */
  flush(pcid: number): void {
    for (const { vpid, base } of this.#contexts) if (vpid === this.vpid) this.#numbers[base + pcid] = 0;
    this.#renew();
  }

  /** Flushes every PCID of the current VPID; `global`: global pages too. */
  flushAll(global: boolean): void {
    this.flushVpid(this.vpid, global);
  }

  /** INVVPID, single context: every PCID of a VPID, for every EP4TA; `global`: global pages too. */
  flushVpid(vpid: number, global: boolean): void {
    this.#flush((context) => context.vpid === vpid, global);
  }

  /** INVVPID, all contexts: every VPID but 0, which is the host's. */
  flushGuests(): void {
    this.#flush(({ vpid }) => vpid !== 0, true);
  }

  /** INVEPT, single context: what was made through an EP4TA, of every VPID. */
  flushEpt(ept: number): void {
    this.#flush((context) => context.ept === ept, true);
  }

  /** INVEPT, all contexts. */
  flushNested(): void {
    this.#flush(({ ept }) => ept !== NO_EPT, true);
  }

  /** Everything of everybody. */
  flushEverything(): void {
    this.#flush(() => true, true);
  }

  /** Numbers run out after 2³¹ flushes; the buffers must then be emptied for real. */
  get exhausted(): boolean {
    return this.#next > LAST;
  }

  restart(): void {
    this.#next = FIRST;
    this.flushEverything();
  }

  save(out: StateWriter): void {
    out.section("spaces");
    out.int(this.#contexts.length);
    for (const { vpid, ept, tagged } of this.#contexts) {
      out.int(vpid);
      out.double(ept);
      out.flag(tagged);
    }
    out.array(this.#numbers.subarray(0, this.#contexts.length * SLOTS));
    for (const value of [this.#contexts.indexOf(this.#context), this.#next, this.#pcid]) out.int(value);
  }

  load(from: StateReader): void {
    from.section("spaces");
    this.#contexts = Array.from({ length: from.int() }, (_, n) => ({
      vpid: from.int(),
      ept: from.double(),
      tagged: from.flag(),
      base: n * SLOTS,
    }));
    this.#numbers = new Int32Array(this.#contexts.length * SLOTS);
    from.array(this.#numbers);
    this.#context = this.#contexts[from.int()] as Context;
    this.#next = from.int();
    this.globalSlot = this.#context.base + GLOBAL;
    this.global = this.#numberOf(this.globalSlot);
    this.switchTo(from.int());
  }

  #contextOf(vpid: number, ept: number): Context {
    const found = this.#contexts.find((context) => context.vpid === vpid && context.ept === ept);
    if (found !== undefined) return found;
    if (this.#contexts.length === MOST_CONTEXTS) {
      this.#numbers.fill(0);
      this.#contexts = [];
    }
    const base = this.#contexts.length * SLOTS;
    const context = { vpid, ept, base, tagged: false };
    this.#contexts.push(context);
    if (base + SLOTS > this.#numbers.length) {
      const grown = new Int32Array(2 * (base + SLOTS));
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    return context;
  }

  #flush(chosen: (context: Context) => boolean, global: boolean): void {
    for (const context of this.#contexts) {
      if (!chosen(context)) continue;
      const { base } = context;
      if (context.tagged) this.#numbers.fill(0, base, base + PCIDS);
      this.#numbers[base] = 0;
      if (global) this.#numbers[base + GLOBAL] = 0;
      context.tagged = false;
    }
    this.#renew();
  }

  /** The current numbers, anew where they were flushed. */
  #renew(): void {
    this.global = this.#numberOf(this.globalSlot);
    this.switchTo(this.#pcid);
  }

  #numberOf(slot: number): number {
    if (this.#numbers[slot] === 0) this.#numbers[slot] = this.#next++;
    return this.#numbers[slot] as number;
  }
}
