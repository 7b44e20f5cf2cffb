/**
 * The control registers as translation sees them: paging mode, root of the tables, protections (SDM Vol. 3, 4.1).
 *
 *     CR0.PG  CR4.PAE  EFER.LMA
 *       0        –        –      none: linear = physical
 *       1        0        0      32-bit, root CR3
 *       1        1        0      PAE, roots are four PDPTE registers
 *       1        1        1      4-level, root CR3; 5-level with CR4.LA57, which no model of a processor has yet
 */
import { GP, raise } from "../cpu/fault.ts";
import type { StateReader, StateWriter } from "../state.ts";
import { P } from "./formats/bits.ts";
import type { EntryFormat } from "./formats/format.ts";
import { ia32 } from "./formats/ia32.ts";
import { ia32e, la57 } from "./formats/ia32e.ts";
import { pae, paePdpteReserved } from "./formats/pae.ts";
import { accessTable } from "./rights.ts";
import type { TableMemory } from "./walk.ts";

const CR0_WP = 1 << 16;
const CR0_NW_CD = 3 << 29;
const CR0_PG = 1 << 31;
const CR4_PSE = 1 << 4;
const CR4_PAE = 1 << 5;
const CR4_PGE = 1 << 7;
const CR4_LA57 = 1 << 12;
const CR4_PCIDE = 1 << 17;
const CR4_SMEP = 1 << 20;
const CR4_SMAP = 1 << 21;
const EFER_LMA = 1 << 10;
const EFER_NXE = 1 << 11;

export const PDPTES = 4;
const TWO32 = 4294967296;
/** Without paging nothing protects, but for a second dimension. */
const UNPROTECTED = { writeProtect: false, smep: false, smap: false };

/** What a change of control registers asks of the TLBs. */
export const KEEP = 0;
/** Rights are judged anew, translations stay. */
export const RECHECK = 1;
export const FLUSH_ALL = 2;

export interface PagingFeatures {
  readonly physicalBits: number;
  readonly gigabytePages: boolean;
}

export class Paging {
  enabled = false;
  /** PAE without IA-32e mode: `pdptes` are the roots. */
  usesPdptes = false;
  /** Physical address of the root table. */
  root = 0;
  declare format: EntryFormat;
  /** Kinds of access that rights permit (rights.ts). */
  declare kinds: Uint16Array;
  /** The I/D bit of error codes is in use: NX or SMEP. */
  reportsFetch = false;
  pcids = false;
  /** Low and high halves of the four PDPTE registers. */
  readonly pdptes = new Int32Array(2 * PDPTES);
  /** Where they come from when not from memory (memory.ts). */
  pdpteSource: Int32Array | null = null;
  #cr0 = 0;
  #cr3 = 0;
  #cr3High = 0;
  #cr4 = 0;
  #efer = 0;
  declare private readonly features: PagingFeatures;
  /** Where PDPTEs are read. */
  memory: TableMemory;

  constructor(features: PagingFeatures, memory: TableMemory) {
    this.features = features;
    this.memory = memory;
    this.format = this.#format();
    this.kinds = accessTable(this);
  }

  get cr0(): number {
    return this.#cr0;
  }

  get writeProtect(): boolean {
    return (this.#cr0 & CR0_WP) !== 0;
  }

  get smep(): boolean {
    return (this.#cr4 & CR4_SMEP) !== 0;
  }

  get smap(): boolean {
    return (this.#cr4 & CR4_SMAP) !== 0;
  }

  /** PCID of CR3, 0 without CR4.PCIDE. */
  get pcid(): number {
    return this.pcids ? this.#cr3 & 0xfff : 0;
  }

  /** KEEP, RECHECK or FLUSH_ALL; #GP(0), nothing changed, over a bad PDPTE. */
  setControl(cr0: number, cr4: number, efer: number): number {
    const changed0 = cr0 ^ this.#cr0;
    const changed4 = cr4 ^ this.#cr4;
    const changedEfer = efer ^ this.#efer;
    const paePaging = (cr0 & CR0_PG) !== 0 && (cr4 & CR4_PAE) !== 0 && (efer & EFER_LMA) === 0;
    // SDM Vol. 3, 4.4.1: these changes load the PDPTEs again.
    const loads =
      (changed0 & (CR0_PG | CR0_NW_CD)) |
      (changed4 & (CR4_PAE | CR4_PGE | CR4_PSE | CR4_SMEP)) |
      (changedEfer & EFER_LMA);
    if (paePaging && loads !== 0) this.#loadPdptes(this.#cr3);
    this.#cr0 = cr0;
    this.#cr4 = cr4;
    this.#efer = efer;
    // PSE, PAE, LMA and NXE change what entries mean: flushing there is allowed (4.10.2.1) and spares stale formats.
    const flush =
      (changed0 & CR0_PG) |
      (changed4 & (CR4_PGE | CR4_PSE | CR4_PAE)) |
      (changed4 & ~cr4 & CR4_PCIDE) |
      (changed4 & cr4 & CR4_SMEP) |
      (changedEfer & (EFER_LMA | EFER_NXE));
    const recheck = (changed0 & CR0_WP) | (changed4 & (CR4_SMEP | CR4_SMAP | CR4_PCIDE));
    if (flush === 0 && recheck === 0) return KEEP;
    this.#decode();
    return flush === 0 ? RECHECK : FLUSH_ALL;
  }

  /** #GP(0), nothing changed, over a bad PDPTE. */
  loadCr3(low: number, high: number): void {
    if (this.usesPdptes) this.#loadPdptes(low);
    this.#cr3 = low;
    this.#cr3High = high & 0x7fffffff;
    this.#setRoot();
  }

  /** Root of the tables for a linear address's low half; −1 where PAE's PDPTE register is not present. */
  rootOf(low: number): number {
    if (!this.usesPdptes) return this.root;
    const register = 2 * (low >>> 30);
    const entry = this.pdptes[register] as number;
    if ((entry & P) === 0) return -1;
    return ((this.pdptes[register + 1] as number) & 0xfffff) * TWO32 + ((entry & -4096) >>> 0);
  }

  save(out: StateWriter): void {
    out.section("paging");
    for (const value of [this.#cr0, this.#cr3, this.#cr3High, this.#cr4, this.#efer]) out.int(value);
    out.array(this.pdptes);
  }

  load(from: StateReader): void {
    from.section("paging");
    this.#cr0 = from.int();
    this.#cr3 = from.int();
    this.#cr3High = from.int();
    this.#cr4 = from.int();
    this.#efer = from.int();
    from.array(this.pdptes);
    this.#decode();
  }

  #loadPdptes(cr3: number): void {
    const [low, high] = paePdpteReserved(this.features.physicalBits);
    const table = (cr3 & -32) >>> 0;
    const loaded: number[] = [];
    if (this.pdpteSource !== null) loaded.push(...this.pdpteSource);
    else for (let at = table; at < table + 8 * PDPTES; at += 4) loaded.push(this.memory.readEntry(at));
    for (let i = 0; i < loaded.length; i += 2) {
      if (((loaded[i] as number) & P) === 0) continue;
      if (((loaded[i] as number) & low) !== 0 || ((loaded[i + 1] as number) & high) !== 0) raise(GP, 0);
    }
    this.pdptes.set(loaded);
  }

  #decode(): void {
    this.enabled = (this.#cr0 & CR0_PG) !== 0;
    this.pcids = (this.#cr4 & CR4_PCIDE) !== 0;
    this.usesPdptes = this.enabled && (this.#cr4 & CR4_PAE) !== 0 && (this.#efer & EFER_LMA) === 0;
    this.reportsFetch = this.smep || ((this.#efer & EFER_NXE) !== 0 && (this.#cr4 & CR4_PAE) !== 0);
    this.format = this.#format();
    this.kinds = accessTable(this.enabled ? this : UNPROTECTED);
    this.#setRoot();
  }

  #setRoot(): void {
    const low = (this.#cr3 & -4096) >>> 0;
    this.root = (this.#efer & EFER_LMA) !== 0 ? (this.#cr3High & 0xfffff) * TWO32 + low : low;
  }

  #format(): EntryFormat {
    const { physicalBits, gigabytePages } = this.features;
    const options = {
      ...{ physicalBits, gigabytePages },
      pse: (this.#cr4 & CR4_PSE) !== 0,
      pge: (this.#cr4 & CR4_PGE) !== 0,
      nxe: (this.#efer & EFER_NXE) !== 0,
    };
    if ((this.#efer & EFER_LMA) !== 0) return (this.#cr4 & CR4_LA57) !== 0 ? la57(options) : ia32e(options);
    return (this.#cr4 & CR4_PAE) !== 0 ? pae(options) : ia32(options);
  }
}
