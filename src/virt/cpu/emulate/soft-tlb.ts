/** The monitor's side of the software TLB and of the table of jump targets: what fills them and what empties them. */
import {
  ENTRY_BYTES,
  type Env,
  NOTHING,
  TARGET_ENTRIES,
  TARGET_HOST,
  TARGET_IP,
  TARGET_KEY,
  TARGETS,
  TLB,
  TLB_ADDEND,
  TLB_BYTES,
  TLB_ENTRIES,
  TLB_KNOWN,
  TLB_READ,
  TLB_TABLES,
  TLB_WRITE,
} from "./env.ts";

const PAGE_MASK = -4096;
const PAGE_SHIFT = 12;
/** 4 MiB: an INVLPG may mean a page as large. */
const LARGE_SHIFT = 22;
const WORD = 4;

/** Where the stub and this look for a target: QEMU's hash is of this kind. */
export const targetIndex = (ip: number): number => ((ip >>> 6) ^ ip) & (TARGET_ENTRIES - 1);

export class SoftTlb {
  readonly #env: Env;
  /** Host address of guest-physical 0. */
  readonly #base: number;
  /** Flushes so far: who holds on to a translation compares. */
  flushes = 0;

  constructor(env: Env, base: number) {
    this.#env = env;
    this.#base = base;
    this.flush();
  }

  /** From now on accesses to the page of a linear address find it at this offset in the guest's RAM. */
  fill(table: number, at: number, write: boolean, offset: number): void {
    const { words } = this.#env;
    const page = at & PAGE_MASK;
    const entry = entryOf(table, at);
    const addend = (this.#base + offset - at) | 0;
    if (words[entry + TLB_ADDEND / WORD] !== addend) {
      words[entry + TLB_READ / WORD] = NOTHING;
      words[entry + TLB_WRITE / WORD] = NOTHING;
      words[entry + TLB_ADDEND / WORD] = addend;
    }
    words[entry + (write ? TLB_WRITE : TLB_READ) / WORD] = page;
  }

  /**
   * Takes note of a page that must not be accessed directly, because of a device or of translated code; true if it was known: then nothing
   * had to be walked for it.
   */
  know(table: number, at: number): boolean {
    const { words } = this.#env;
    const known = entryOf(table, at) + TLB_KNOWN / WORD;
    if (words[known] === (at & PAGE_MASK)) return true;
    words[known] = at & PAGE_MASK;
    return false;
  }

  flush(): void {
    this.flushes++;
    this.#env.words.fill(NOTHING, TLB / WORD, (TARGETS + TARGET_ENTRIES * ENTRY_BYTES) / WORD);
  }

  /** INVLPG. */
  invalidate(at: number): void {
    const { words } = this.#env;
    this.flushes++;
    for (let entry = TLB / WORD; entry < TARGETS / WORD; entry += ENTRY_BYTES / WORD)
      for (const column of [TLB_READ, TLB_WRITE, TLB_KNOWN]) {
        const page = words[entry + column / WORD] as number;
        if ((page ^ at) >>> LARGE_SHIFT === 0) words[entry + column / WORD] = NOTHING;
      }
    this.forgetTargets();
  }

  /** What may be done to a page of the guest's RAM directly has changed. */
  pageChanged(page: number): void {
    const { words } = this.#env;
    const host = this.#base + page * (1 << PAGE_SHIFT);
    for (let entry = TLB / WORD; entry < (TLB + TLB_TABLES * TLB_BYTES) / WORD; entry += ENTRY_BYTES / WORD)
      for (const column of [TLB_READ, TLB_WRITE]) {
        const tag = words[entry + column / WORD] as number;
        if (tag !== NOTHING && ((tag + (words[entry + TLB_ADDEND / WORD] as number)) | 0) === (host | 0))
          words[entry + column / WORD] = NOTHING;
      }
  }

  /** Host addresses of pages that an entry leads to and that are not in a guest's RAM of so many bytes. Empty is right. */
  leadingOutside(bytes: number): number[] {
    const { words } = this.#env;
    const outside: number[] = [];
    for (let entry = TLB / WORD; entry < TARGETS / WORD; entry += ENTRY_BYTES / WORD)
      for (const column of [TLB_READ, TLB_WRITE]) {
        const page = words[entry + column / WORD] as number;
        const host = (page + (words[entry + TLB_ADDEND / WORD] as number)) >>> 0;
        if (page !== NOTHING && (host < this.#base || host >= this.#base + bytes)) outside.push(host);
      }
    return outside;
  }

  target(ip: number, key: number, host: number): void {
    const { words } = this.#env;
    const entry = (TARGETS + targetIndex(ip) * ENTRY_BYTES) / WORD;
    words[entry + TARGET_IP / WORD] = ip;
    words[entry + TARGET_KEY / WORD] = key;
    words[entry + TARGET_HOST / WORD] = host;
  }

  forgetTarget(ip: number): void {
    const { words } = this.#env;
    const entry = (TARGETS + targetIndex(ip) * ENTRY_BYTES) / WORD;
    if (words[entry + TARGET_IP / WORD] === ip) words[entry + TARGET_KEY / WORD] = NOTHING;
  }

  forgetTargets(): void {
    this.#env.words.fill(NOTHING, TARGETS / WORD, (TARGETS + TARGET_ENTRIES * ENTRY_BYTES) / WORD);
  }
}

const entryOf = (table: number, at: number): number =>
  (TLB + table * TLB_BYTES + ((at >>> PAGE_SHIFT) % TLB_ENTRIES) * ENTRY_BYTES) / WORD;
