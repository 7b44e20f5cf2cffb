/**
 * Interrupt remapping (Intel VT-d 3.3, 5.1 and 9.10): a message names an entry of a table in place of a vector, and the entry says who may.
 *
 *     address   31 … 20 FEEh │ 19 … 5 handle │ 4 format, 1 │ 3 SHV │ 2 handle's bit 15          index = handle (+ subhandle with SHV)
 *     data      15 … 0 subhandle
 *
 *     entry     127 … 84 0 │ 83 82 SVT │ 81 80 SQ │ 79 … 64 requester
 *               remapped   63 … 32 destination, xAPIC in 47 … 40 │ 23 … 16 vector │ 15 0 │ 7 … 5 delivery │ 4 level │ 2 logical │ 1 FPD │ 0 P
 *               posted     127 … 96, 63 … 38 descriptor │ 23 … 16 vector │ 15 1 │ 14 urgent │ 1 FPD │ 0 P
 */
import type { ApicMessage } from "../devices/lapic.ts";
import { interruptMessage } from "../devices/message.ts";
import { type CheckedTables, ENTRY_BYTES, fourWords } from "./context.ts";
import { FAULT, type FaultReason, type Faults } from "./faults.ts";
import { DESCRIPTOR_BYTES, PostedDescriptor } from "./posted.ts";

const REMAPPABLE = 0x10;
const SHV = 8;
const P = 1;
const FPD = 2;
const LOGICAL = 4;
const LEVEL = 0x10;
const POSTED = 0x8000;
const URGENT = 0x4000;
const INDEX_SHIFT = 2 ** 48;
const TWO32 = 4294967296;
/** SVT: the whole requester with SQ's exceptions, or a range of buses. */
const VERIFY_REQUESTER = 1;
const VERIFY_BUS = 2;
/** SQ: bits of the function that are not compared. */
const IGNORED = [0, 4, 6, 7];

/** The message for an entry of the table, without subhandle. */
export const remappableMessage = (index: number): { address: number; data: number } => ({
  address: (0xfee00000 | ((index & 0x7fff) << 5) | REMAPPABLE | ((index >> 15) << 2)) >>> 0,
  data: 0,
});

/** An entry for one requester: a vector for a local APIC, or for a posted-interrupt descriptor. */
export type InterruptEntry = { readonly requester: number; readonly vector: number } & (
  | { readonly destination: number }
  | { readonly descriptor: number; readonly urgent?: boolean }
);

export function interruptEntry(entry: InterruptEntry): [number, number, number, number] {
  const source = (VERIFY_REQUESTER << 18) | entry.requester;
  const common = (entry.vector << 16) | P;
  if ("destination" in entry) return [common, entry.destination << 8, source, 0];
  const { descriptor, urgent = false } = entry;
  const high = Math.floor(descriptor / TWO32);
  return [common | POSTED | (urgent ? URGENT : 0), descriptor & -DESCRIPTOR_BYTES, source, high];
}

/** Whether an entry's third word lets a requester use it; undefined where the word says what it must not. */
export function verifies(source: number, requester: number): boolean | undefined {
  const wanted = source & 0xffff;
  const type = (source >>> 18) & 3;
  if (type === 0) return true;
  if (type === VERIFY_REQUESTER) {
    const ignored = IGNORED[(source >>> 16) & 3] as number;
    return (wanted | ignored) === (requester | ignored);
  }
  if (type !== VERIFY_BUS) return undefined;
  const bus = requester >> 8;
  return bus >= wanted >> 8 && bus <= (wanted & 0xff);
}

export class InterruptRemapping {
  /** GSTS.IRES and CFIS: compatibility format passes. */
  enabled = false;
  compatibility = false;
  /** IRTA: the table, and its entries. */
  table = 0;
  entries = 2;
  readonly #tables: CheckedTables;
  readonly #faults: Faults;
  readonly #deliver: (message: ApicMessage) => void;

  constructor(tables: CheckedTables, faults: Faults, deliver: (message: ApicMessage) => void) {
    this.#tables = tables;
    this.#faults = faults;
    this.#deliver = deliver;
  }

  /** A requester writes a dword to an address in FEExxxxx. False: it is blocked, which is recorded. */
  request(requester: number, address: number, data: number): boolean {
    const remappable = (address & REMAPPABLE) !== 0;
    if (!this.enabled || (!remappable && this.compatibility)) {
      const message = interruptMessage(address, data);
      if (message !== undefined) this.#deliver(message);
      return message !== undefined;
    }
    const subhandle = address & SHV ? data & 0xffff : 0;
    const index = (((address >>> 5) & 0x7fff) | ((address & 4) << 13)) + subhandle;
    const entry = remappable ? this.#entry(requester, index, data) : FAULT.compatibilityFormat;
    if (typeof entry !== "number") return this.#follow(entry, requester, index);
    return this.#refuse(requester, remappable ? index : 0, entry);
  }

  #entry(requester: number, index: number, data: number): [number, number, number, number] | FaultReason | 0 {
    if (data >>> 16 !== 0) return FAULT.interruptReserved;
    if (index >= this.entries) return FAULT.interruptIndex;
    const tables = this.#tables;
    tables.failed = false;
    const entry = fourWords(tables, this.table + index * ENTRY_BYTES);
    if (tables.failed) return FAULT.irteAccess;
    const [low, , source] = entry;
    const refused = (reason: FaultReason) => (low & FPD ? 0 : reason);
    if ((low & P) === 0) return refused(FAULT.irteNotPresent);
    const verified = verifies(source, requester);
    if (verified === undefined || source >>> 20 !== 0) return refused(FAULT.irteReserved);
    return verified ? entry : refused(FAULT.sourceId);
  }

  #follow(
    [low, high, , last]: readonly number[] & [number, number, number, number],
    requester: number,
    index: number,
  ): boolean {
    const vector = (low >>> 16) & 0xff;
    const common = { delivery: 0, levelTriggered: false, logical: false };
    if ((low & POSTED) === 0) {
      if (last !== 0) return this.#refuse(requester, index, low & FPD ? 0 : FAULT.irteReserved);
      this.#deliver({
        vector,
        delivery: (low >> 5) & 7,
        levelTriggered: (low & LEVEL) !== 0,
        destination: (high >>> 8) & 0xff,
        logical: (low & LOGICAL) !== 0,
      });
      return true;
    }
    const tables = this.#tables;
    const at = (last >>> 0) * TWO32 + ((high & -DESCRIPTOR_BYTES) >>> 0);
    tables.failed = false;
    const descriptor = new PostedDescriptor(tables, at);
    const { notification, destination } = descriptor;
    if (tables.failed) return this.#refuse(requester, index, low & FPD ? 0 : FAULT.descriptorAccess);
    if (descriptor.post(vector, (low & URGENT) !== 0))
      this.#deliver({ vector: notification, destination, ...common });
    return true;
  }

  #refuse(requester: number, index: number, reason: FaultReason | 0): false {
    if (reason !== 0) this.#faults.record({ requester, reason, address: index * INDEX_SHIFT, write: true });
    return false;
  }
}
