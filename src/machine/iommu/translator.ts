/**
 * A request's way (Intel VT-d 3.3, 3.4 and 3.6): requester ─▶ context ─▶ IOTLB, or the walk through the domain's tables.
 *
 *     address ─▶ context cache ── miss ─▶ root entry, context entry          4 words each
 *                     │ domain, tables
 *                     ▼
 *                   IOTLB ────── miss ─▶ the one walker, 3 or 4 entries ─▶ IOTLB
 *                     │ rights
 *                     ▼
 *                host-physical address, or a recorded fault
 */
import type { TlbGeometry } from "../cost.ts";
import { loadFields, saveFields } from "../fields.ts";
import { highBits } from "../mmu/formats/bits.ts";
import { secondLevel } from "../mmu/formats/second-level.ts";
import { RIGHT_READ, RIGHT_WRITE } from "../mmu/rights.ts";
import { LEAF, RESERVED, type TableMemory, Walk } from "../mmu/walk.ts";
import type { Stateful, StateReader, StateWriter } from "../state.ts";
import { ContextCache, Iotlb } from "./caches.ts";
import { type CheckedTables, type Context, PASS_THROUGH, readContext } from "./context.ts";
import { FAULT, type FaultReason, type Faults } from "./faults.ts";

const TWO32 = 4294967296;
const NOWHERE = -1;

export interface TranslatorParts {
  /** Host-physical memory; addresses from `bytes` on are outside of it. */
  readonly tables: TableMemory;
  readonly bytes: number;
  readonly faults: Faults;
  readonly iotlb: TlbGeometry;
  readonly contexts: TlbGeometry;
  readonly physicalBits: number;
  readonly superpages: boolean;
}

/** Host-physical memory in which a read outside is noticed. */
export function checked(tables: TableMemory, bytes: number): CheckedTables {
  const inside = (at: number) => at >= 0 && at + 4 <= bytes;
  return {
    failed: false,
    readEntry(at) {
      if (inside(at)) return tables.readEntry(at);
      this.failed = true;
      return 0;
    },
    writeEntry(at, value) {
      if (inside(at)) tables.writeEntry(at, value);
      else this.failed = true;
    },
  };
}

export class Translator implements Stateful {
  /** GSTS.TES, and what RTADDR held when it was last set. */
  enabled = false;
  rootTable = 0;
  /** Requests that were looked up; of those, pages found in the IOTLB; entries of page tables, and of root and context tables, that were read. */
  requests = 0;
  hits = 0;
  references = 0;
  contextReferences = 0;
  readonly iotlb: Iotlb;
  readonly contexts: ContextCache;
  readonly #parts: TranslatorParts;
  readonly #tables: CheckedTables;
  readonly #walk = new Walk();
  readonly #addressHigh: number;

  constructor(parts: TranslatorParts) {
    this.#parts = parts;
    this.#tables = checked(parts.tables, parts.bytes);
    this.iotlb = new Iotlb(parts.iotlb);
    this.contexts = new ContextCache(parts.contexts);
    this.#addressHigh = highBits(32, 51) & ~highBits(parts.physicalBits, 51);
  }

  /** The host-physical address; −1 when the request is refused, which is then recorded. */
  translate(requester: number, at: number, write: boolean): number {
    if (!this.enabled) return at;
    this.requests++;
    const context = this.#context(requester, at, write);
    if (context === undefined) return NOWHERE;
    const width = context.type === PASS_THROUGH ? this.#parts.physicalBits : 12 + 9 * context.depth;
    if (at >= 2 ** width) return this.#refuse(context, FAULT.beyondWidth, requester, at, write);
    if (context.type === PASS_THROUGH) return at;
    const { iotlb } = this;
    const { domain } = context;
    const low = at | 0;
    const high = Math.floor(at / TWO32);
    const needed = write ? RIGHT_WRITE : RIGHT_READ;
    if (iotlb.find(domain, low, high) && (iotlb.rights & needed) !== 0) {
      this.hits++;
      return iotlb.address;
    }
    const reason = this.#look(context, low, high, needed);
    if (reason !== 0) return this.#refuse(context, reason, requester, at, write);
    iotlb.find(domain, low, high);
    return iotlb.address;
  }

  /** Walks, and puts what it finds into the IOTLB. 0, or why not. */
  #look(context: Context, low: number, high: number, needed: number): FaultReason | 0 {
    const { physicalBits, superpages } = this.#parts;
    const walk = this.#walk;
    const format = secondLevel({ physicalBits, depth: context.depth, superpages });
    this.#tables.failed = false;
    walk.run(format, this.#tables, context.root, low, high, false);
    this.references += walk.references;
    if (this.#tables.failed) return FAULT.nextTable;
    if (walk.outcome === RESERVED) return FAULT.entryReserved;
    const rights = walk.outcome === LEAF ? walk.rights(format) : 0;
    if ((rights & needed) === 0) return needed === RIGHT_WRITE ? FAULT.write : FAULT.read;
    const shift = format.shifts[walk.level] as number;
    this.iotlb.put(context.domain, low, high, { shift, rights, base: walk.base(format) });
    return 0;
  }

  #context(requester: number, at: number, write: boolean): Context | undefined {
    const known = this.contexts.find(requester);
    if (known !== undefined) return known;
    this.contextReferences += 2;
    const read = readContext(this.#tables, this.rootTable, requester, this.#addressHigh);
    if ("reason" in read) {
      this.#refuse(read, read.reason, requester, at, write);
      return undefined;
    }
    this.contexts.put(requester, read);
    return read;
  }

  #refuse(of: { silent: boolean }, reason: FaultReason, requester: number, address: number, write: boolean) {
    if (!of.silent) this.#parts.faults.record({ requester, reason, address, write });
    return NOWHERE;
  }

  save(out: StateWriter): void {
    out.section("iommu translator");
    saveFields(out, this, "enabled rootTable requests hits references contextReferences");
    this.iotlb.save(out);
    this.contexts.save(out);
  }

  load(from: StateReader): void {
    from.section("iommu translator");
    loadFields(from, this, "enabled rootTable requests hits references contextReferences");
    this.iotlb.load(from);
    this.contexts.load(from);
  }
}
