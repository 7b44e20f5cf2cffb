/**
 * What QEMU said, kept for tests without QEMU: for each case a hash of each part of its outcome. The cases themselves are drawn
 * again from the seed; a digest tells when they are no longer the same.
 *
 *     line of JSON ('Header'), then for each case of each world 12 bytes: kept 0/1 · vector · five hashes of 16 bits
 *
 * A case that QEMU is known to do wrong as a whole (explained/) is not kept.
 */
import { createHash } from "node:crypto";
import { type Case, ENTRY, encode } from "./case.ts";
import { frameBytes, stopOf } from "./frame.ts";
import { CASE_SIZE, OTHER_TSS, TSS } from "./layout.ts";
import type { Outcome } from "./outcome.ts";
import type { World } from "./world.ts";

export const PARTS = ["stop", "flags", "registers", "memory", "system"] as const;
export const ENTRY_SIZE = 12;

export interface Chapter {
  readonly world: World;
  readonly cases: number;
  readonly kept: number;
  /** Cases that begin on a fresh machine (batch.ts). */
  readonly fresh: readonly number[];
  /** SHA-256 of the encoded cases. */
  readonly digest: string;
}

export interface Header {
  readonly seed: number;
  /** Version and processor model of the QEMU that was asked. */
  readonly qemu: string;
  readonly chapters: readonly Chapter[];
}

export function digestOf(cases: readonly Case[]): string {
  const view = new DataView(new ArrayBuffer(CASE_SIZE));
  const hash = createHash("sha256");
  for (const of of cases) {
    encode(of, view, 0);
    hash.update(new Uint8Array(view.buffer));
  }
  return hash.digest("hex");
}

/** FNV-1a over 32-bit words, folded to 16 bits. */
function hash(values: readonly (number | bigint)[]): number {
  let state = 0x811c9dc5;
  const add = (word: number) => {
    state = Math.imul(state ^ word, 0x01000193);
    state ^= state >>> 15;
  };
  for (const value of values)
    if (typeof value === "bigint") {
      add(Number(value & 0xffffffffn) | 0);
      add(Number((value >> 32n) & 0xffffffffn) | 0);
    } else add(value | 0);
  return ((state >>> 16) ^ state) & 0xffff;
}

/** Undefined flags and what the handler's own instructions leave are no part of it. */
export function hashes(of: Case, outcome: Outcome): number[] {
  const { ip, cs, flags, error } = stopOf(of, outcome);
  const first =
    of.entry === ENTRY.real ? 12 : (3 + (error === undefined ? 0 : 1)) * ((of.efer & 0x400) !== 0 ? 2 : 1);
  const own = frameBytes(of, outcome);
  const memory = outcome.changes.flatMap(([address, value]) => {
    let bits = 0xffffffff;
    if (address === TSS + 0x24 || address === OTHER_TSS + 0x24) bits &= ~of.undefined;
    for (let i = 0; i < 4; i++)
      if (address + i >= own.from && address + i < own.to) bits &= ~(0xff << (8 * i));
    return bits === 0 ? [] : [address, value & bits];
  });
  const { cr0, cr2, cr3, cr4, dr6, dr7, ds, es, fs, gs, ss, ldtr, tr, fsBase, gsBase, kernelGs } = outcome;
  return [
    hash([outcome.vector, ip, cs, error ?? -1]),
    hash([flags & ~of.undefined, outcome.flags & ~0x8d5]),
    hash(outcome.registers),
    hash([...memory, ...outcome.frame.slice(first)]),
    hash([cr0, cr2, cr3, cr4, dr6, dr7, ds, es, fs, gs, ss, ldtr, tr, fsBase, gsBase, kernelGs]),
  ];
}

export function writeRecording(header: Header, entries: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), entries]);
}

export function readRecording(bytes: Uint8Array): { header: Header; entries: Uint8Array } {
  const end = bytes.indexOf(10);
  return {
    header: JSON.parse(Buffer.from(bytes.subarray(0, end)).toString()) as Header,
    entries: bytes.subarray(end + 1),
  };
}
