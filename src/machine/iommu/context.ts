/**
 * Which tables a requester's addresses go through (Intel VT-d 3.3, 3.4.2, 9.1 and 9.3), in legacy mode:
 *
 *     requester  15 ─ 8 bus  7 ─ 0 device, function
 *                   │            └────────────────────┐
 *     RTADDR ─▶ root entry: 63 … 12 context table │ 0 P
 *                   └──▶ context entry:   63 … 12 second-level tables │ 3 2 type │ 1 FPD │ 0 P
 *                                        127 … 64: 23 … 8 domain │ 2 … 0 width (1: 39 bits, 2: 48)
 */
import type { TableMemory } from "../mmu/walk.ts";
import { FAULT, type FaultReason } from "./faults.ts";

export const ENTRY_BYTES = 16;
/** Type: second-level tables for untranslated requests, or the address as it is. */
export const TRANSLATE = 0;
export const PASS_THROUGH = 2;
/** CAP.ND: domains of 12 bits, all that the IOTLB tells apart. */
export const DOMAINS = 4096;
const P = 1;
const FPD = 2;
const TWO32 = 4294967296;

export interface Context {
  readonly domain: number;
  /** Physical address of the second-level tables' root. */
  readonly root: number;
  readonly depth: 3 | 4;
  readonly type: typeof TRANSLATE | typeof PASS_THROUGH;
  /** Faults of the requester's are not recorded. */
  readonly silent: boolean;
}

/** Why there is none, and whether that is recorded. */
export interface Refused {
  readonly reason: FaultReason;
  readonly silent: boolean;
}

/** Tables whose reads can fail: outside of memory. */
export interface CheckedTables extends TableMemory {
  /** A read since this was last set to false was outside of memory; it gave 0. */
  failed: boolean;
}

/** `addressHigh`: bits of a high half that may be set in an address: those below the host address width. */
export function readContext(
  tables: CheckedTables,
  rootTable: number,
  requester: number,
  addressHigh: number,
): Context | Refused {
  const refused = (reason: FaultReason, silent = false): Refused => ({ reason, silent });
  tables.failed = false;
  const rootAt = rootTable + (requester >> 8) * ENTRY_BYTES;
  const [root, rootHigh, root2, root3] = fourWords(tables, rootAt);
  if (tables.failed) return refused(FAULT.rootTable);
  if ((root & P) === 0) return refused(FAULT.rootNotPresent);
  if ((root & 0xffe) !== 0 || (rootHigh & ~addressHigh) !== 0 || root2 !== 0 || root3 !== 0)
    return refused(FAULT.rootReserved);
  const at = addressOf(root, rootHigh) + (requester & 0xff) * ENTRY_BYTES;
  const [low, high, width, rest] = fourWords(tables, at);
  if (tables.failed) return refused(FAULT.contextTable);
  const silent = (low & FPD) !== 0;
  if ((low & P) === 0) return refused(FAULT.contextNotPresent, silent);
  if ((low & 0xff0) !== 0 || (high & ~addressHigh) !== 0 || (width & 0xff000080) !== 0 || rest !== 0)
    return refused(FAULT.contextReserved, silent);
  const type = (low >> 2) & 3;
  const depth = (width & 7) + 2;
  const domain = (width >> 8) & 0xffff;
  if (domain >= DOMAINS || (depth !== 3 && depth !== 4) || (type !== TRANSLATE && type !== PASS_THROUGH))
    return refused(FAULT.contextInvalid, silent);
  return { domain, root: addressOf(low, high), depth, type, silent };
}

/** The entry's four words; undefined makes one that is not present. */
export function contextEntry(context: Context | undefined): [number, number, number, number] {
  if (context === undefined) return [0, 0, 0, 0];
  const { domain, root, depth, type, silent } = context;
  return [
    root | (type << 2) | (silent ? FPD : 0) | P | 0,
    Math.floor(root / TWO32),
    (depth - 2) | (domain << 8),
    0,
  ];
}

/** A root entry's. */
export function rootEntry(contextTable: number): [number, number, number, number] {
  return [contextTable | P | 0, Math.floor(contextTable / TWO32), 0, 0];
}

export function fourWords(tables: TableMemory, at: number): [number, number, number, number] {
  return [
    tables.readEntry(at),
    tables.readEntry(at + 4),
    tables.readEntry(at + 8),
    tables.readEntry(at + 12),
  ];
}

const addressOf = (low: number, high: number): number => high * TWO32 + ((low & -4096) >>> 0);
