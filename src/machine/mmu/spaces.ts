/**
 * Address spaces as TLB entries know them. A PCID's translations carry the number that its space has at that time; to flush
 * them is to give the space a new number. So a MOV CR3 costs the same whatever the TLB holds (SDM Vol. 3, 4.10.1, 4.10.4.1).
 */
import type { StateReader, StateWriter } from "../state.ts";

const PCIDS = 4096;
const FIRST = 1;
const LAST = 0x7fffffff - PCIDS - 2;

export class Spaces {
  /** Of the current PCID, and of global pages: an entry is valid with one of the two. */
  current = FIRST;
  global = FIRST + 1;
  #next = FIRST + 2;
  #pcid = 0;
  /** Spaces of the PCIDs; 0: not used since everything was flushed. */
  readonly #numbers = new Int32Array(PCIDS);
  /** PCIDs other than 0 were used: flushing everything means all of them. */
  #tagged = false;

  constructor() {
    this.#numbers[0] = FIRST;
  }

  get pcid(): number {
    return this.#pcid;
  }

  switchTo(pcid: number): void {
    this.#pcid = pcid;
    if (pcid !== 0) this.#tagged = true;
    if (this.#numbers[pcid] === 0) this.#numbers[pcid] = this.#fresh();
    this.current = this.#numbers[pcid] as number;
  }

  /** A space that is not current is still that of its PCID, not flushed. */
  holds(space: number, pcid: number): boolean {
    return this.#numbers[pcid] === space;
  }

  /** Flushes the translations of one PCID but for global pages. */
  flush(pcid: number): void {
    this.#numbers[pcid] = this.#fresh();
    if (pcid === this.#pcid) this.current = this.#numbers[pcid] as number;
  }

  /** Flushes every PCID; `global`: global pages too. */
  flushAll(global: boolean): void {
    if (this.#tagged) this.#numbers.fill(0);
    this.#tagged = this.#pcid !== 0;
    this.flush(this.#pcid);
    if (global) this.global = this.#fresh();
  }

  /** Numbers run out after 2³¹ flushes; the buffers must then be emptied for real. */
  get exhausted(): boolean {
    return this.#next > LAST;
  }

  restart(): void {
    this.#numbers.fill(0);
    this.#next = FIRST;
    this.global = this.#fresh();
    this.switchTo(this.#pcid);
  }

  save(out: StateWriter): void {
    out.section("spaces");
    out.array(this.#numbers);
    for (const value of [this.current, this.global, this.#next, this.#pcid]) out.int(value);
    out.flag(this.#tagged);
  }

  load(from: StateReader): void {
    from.section("spaces");
    from.array(this.#numbers);
    this.current = from.int();
    this.global = from.int();
    this.#next = from.int();
    this.#pcid = from.int();
    this.#tagged = from.flag();
  }

  #fresh(): number {
    return this.#next++;
  }
}
