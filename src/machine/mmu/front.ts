/**
 * A direct-mapped copy of what a TLB holds, laid out for the interpreter: one comparison answers whether a page may be
 * accessed directly. It adds nothing to the model: whatever leaves the TLB leaves the front, and a page that is missing
 * here but in the TLB costs no cycles.
 *
 *     entry = page number mod 256, four int32:
 *         0 tag      31 ─────── 12   11    10 ───── 5   4 ────── 0
 *                    page        │ 0 (*) │ forbidden  │ generation
 *         1 addend   RAM offset − linear address: RAM offset = (addend + address) mod 2^32
 *         2 high     upper half of the address; compared in 64-bit mode only
 *
 *     hit ⇔ ((tag ^ (page │ key)) & mask of the kind of access) = 0
 *
 * Bit 5 + n forbids accesses of kind n (rights.ts), and the mask of kind n looks at that bit alone. The generation counts
 * flushes: a new one empties the front at once. (*) is 1 in a key and looked at by a mask that must never hit.
 */
const ENTRIES = 256;
const STRIDE = 4;
const PAGE_MASK = -4096;
const GENERATIONS = 32;
const FORBIDDEN_SHIFT = 5;
const FORBIDDEN = 0x3f << FORBIDDEN_SHIFT;
const NEVER_BIT = 1 << 11;

/** Index of an address's entry: (low >>> FRONT_SHIFT) & FRONT_MASK. */
export const FRONT_SHIFT = 10;
export const FRONT_MASK = (ENTRIES - 1) * STRIDE;
export const FRONT_ADDEND = 1;
export const FRONT_HIGH = 2;
// Copies: V8 folds a module's own constants into the code, but loads an exported one each time.
const SHIFT = FRONT_SHIFT;
const INDEX = FRONT_MASK;
const ADDEND = FRONT_ADDEND;
const HIGH = FRONT_HIGH;

/** What an access of a kind compares; `disabled`: so that it never hits. */
export function frontMask(kind: number, disabled = false): number {
  return PAGE_MASK | (GENERATIONS - 1) | (1 << (FORBIDDEN_SHIFT + kind)) | (disabled ? NEVER_BIT : 0);
}

export class Front {
  readonly entries = new Int32Array(ENTRIES * STRIDE).fill(FORBIDDEN);
  /** The low bits that a tag is compared with. */
  key = NEVER_BIT;

  /** `kinds`: bit n allows accesses of kind n. `base`: RAM offset of the page. */
  fill(low: number, high: number, base: number, kinds: number): void {
    const { entries } = this;
    const at = (low >>> SHIFT) & INDEX;
    const page = low & PAGE_MASK;
    entries[at] = page | ((~kinds << FORBIDDEN_SHIFT) & FORBIDDEN) | (this.key & (GENERATIONS - 1));
    entries[at + ADDEND] = base - page;
    entries[at + HIGH] = high;
  }

  /** Drops the page of an address; false when it was not there. */
  drop(low: number): boolean {
    const { entries } = this;
    const at = (low >>> SHIFT) & INDEX;
    if ((((entries[at] as number) ^ low) & PAGE_MASK) !== 0) return false;
    entries[at] = FORBIDDEN;
    return true;
  }

  /** Drops the translations to a page of RAM. */
  dropBase(base: number): void {
    const { entries } = this;
    for (let at = 0; at < entries.length; at += STRIDE) {
      const page = (entries[at] as number) & PAGE_MASK;
      if ((((entries[at + FRONT_ADDEND] as number) + page) | 0) === (base | 0)) entries[at] = FORBIDDEN;
    }
  }

  clear(): void {
    const generation = (this.key + 1) & (GENERATIONS - 1);
    this.key = generation | NEVER_BIT;
    if (generation === 0) this.entries.fill(FORBIDDEN);
  }
}

/** RAM offset of what lies at a 32-bit address, or −1: for whoever looks several pages up and loads `entries` and `key` once. */
export function lookUp(entries: Int32Array, key: number, at: number, mask: number): number {
  const entry = (at >>> SHIFT) & INDEX;
  if ((((at & PAGE_MASK) | key) ^ (entries[entry] as number)) & mask) return -1;
  return ((entries[entry + ADDEND] as number) + at) | 0;
}
