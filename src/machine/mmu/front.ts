/**
 * A direct-mapped copy of what a TLB holds, laid out for the interpreter: one comparison answers whether a page may be
 * accessed directly. It adds nothing to the model: whatever leaves the TLB leaves the front, and a page that is missing
 * here but in the TLB costs no cycles.
 *
 *     entry = page number mod 256, eight int32:
 *         0 addend   RAM offset − linear address, so that RAM offset = (addend + address) mod 2^32
 *      1 … 6 tags    one for each kind of access (rights.ts, in its order): page │ key, or NEVER
 *         7 high     upper half of the address; compared in 64-bit mode only
 *
 * The key in a tag's low 12 bits counts flushes: a new key empties the front at once.
 */
const ENTRIES = 256;
const STRIDE = 8;
const PAGE_MASK = -4096;

/** Index of an address's entry: (low >>> FRONT_SHIFT) & FRONT_MASK. */
export const FRONT_SHIFT = 9;
export const FRONT_MASK = (ENTRIES - 1) * STRIDE;
/** Element of the first tag. */
export const FRONT_TAGS = 1;
export const FRONT_HIGH = 7;

const KINDS = 6;
/** Low bits of a tag that allows nothing, and the key that no tag has: with it nothing hits. */
const NEVER = 0xffe;
const DISABLED = 0xfff;

export class Front {
  readonly entries = new Int32Array(ENTRIES * STRIDE).fill(NEVER);
  /** Compared by the accesses. */
  key = 0;
  #generation = 0;
  #disabled = false;

  /** `kinds`: bit n allows the kind of tag n. `base`: RAM offset of the page. */
  fill(low: number, high: number, base: number, kinds: number): void {
    const at = (low >>> FRONT_SHIFT) & FRONT_MASK;
    const { entries } = this;
    const page = low & PAGE_MASK;
    const tag = page | this.#generation;
    entries[at] = base - page;
    entries[at + 1] = kinds & 1 ? tag : NEVER;
    entries[at + 2] = kinds & 2 ? tag : NEVER;
    entries[at + 3] = kinds & 4 ? tag : NEVER;
    entries[at + 4] = kinds & 8 ? tag : NEVER;
    entries[at + 5] = kinds & 16 ? tag : NEVER;
    entries[at + 6] = kinds & 32 ? tag : NEVER;
    entries[at + FRONT_HIGH] = high;
  }

  /** Drops the page of an address, and whatever else stands in its place. */
  drop(low: number): void {
    const at = (low >>> FRONT_SHIFT) & FRONT_MASK;
    const { entries } = this;
    entries[at + 1] = NEVER;
    entries[at + 2] = NEVER;
    entries[at + 3] = NEVER;
    entries[at + 4] = NEVER;
    entries[at + 5] = NEVER;
    entries[at + 6] = NEVER;
  }

  /** Drops the translations to a page of RAM. */
  dropBase(base: number): void {
    const { entries } = this;
    for (let at = 0; at < entries.length; at += STRIDE)
      for (let tag = FRONT_TAGS; tag < FRONT_TAGS + KINDS; tag++) {
        const page = (entries[at + tag] as number) & PAGE_MASK;
        if ((((entries[at] as number) + page) | 0) === (base | 0)) entries[at + tag] = NEVER;
      }
  }

  clear(): void {
    this.#generation++;
    if (this.#generation === NEVER) {
      this.#generation = 0;
      this.entries.fill(NEVER);
    }
    if (!this.#disabled) this.key = this.#generation;
  }

  /** Lets every access miss, as alignment checks need it; entries stay. */
  set disabled(value: boolean) {
    this.#disabled = value;
    this.key = value ? DISABLED : this.#generation;
  }
}
