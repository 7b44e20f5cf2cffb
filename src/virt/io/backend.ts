/**
 * The contract of this room: what stands behind a virtual device, whoever carries the requests there.
 *
 *     guest's driver ── emulated registers │ virtqueue │ Xen's ring ──▶ device ──▶ back end ──▶ disk, switch, terminal, balloon
 *
 * A device asks, the back end answers later by `done`: at once for memory, after a while for what has a latency. Bytes that a guest could
 * change meanwhile are never handed over: a device copies them out first, or maps what is its own.
 */
import type { IoWork, MonitorWork } from "../../machine/cost.ts";
import type { NetworkPort } from "../../machine/devices/network.ts";
import type { Stateful } from "../../machine/state.ts";

export const SECTOR = 512;

export type BlockRequest =
  | { readonly kind: "read"; readonly sector: number; readonly into: Uint8Array }
  | { readonly kind: "write"; readonly sector: number; readonly bytes: Uint8Array }
  | { readonly kind: "flush" }
  | {
      readonly kind: "discard" | "writeZeroes";
      readonly sector: number;
      readonly sectors: number;
    };

/** Sectors of 512 bytes. */
export interface BlockBackend {
  readonly sectors: number;
  readonly readOnly: boolean;
  /** Lengths are whole sectors. `done(false)`: beyond the end, read-only, or the medium failed; nothing else was changed. */
  submit(request: BlockRequest, done: (ok: boolean) => void): void;
  /** What it stores, for a snapshot of the machine to take along; loading it drops what was submitted. None: its contents are the host's own affair. */
  readonly medium?: Stateful;
}

export type NetBackend = NetworkPort;

export interface ConsoleBackend {
  write(bytes: Uint8Array): void;
  /** What is typed; the device sets it. */
  onInput: (bytes: Uint8Array) => void;
}

/** Where random bytes come from: the host's own, or a seed's. */
export interface EntropyBackend {
  fill(into: Uint8Array): void;
}

/** The host's memory behind a balloon. Page numbers are the guest's, of 4096 bytes each. */
export interface BalloonBackend {
  /** The guest's pages: 0 … pages − 1 may be in its balloon. */
  readonly pages: number;
  /** The guest does not use these now: their memory is the host's. None of them was given before, except for those taken back. */
  give(pages: readonly number[]): void;
  /** The guest is going to use these again. All of them were given. */
  take(pages: readonly number[]): void;
}

/** Whoever pays for the processor's work: a system's Ledger, or nobody. */
export interface IoLedger {
  pay(event: IoWork | MonitorWork, detail?: number, times?: number): void;
}

export const FREE: IoLedger = { pay: () => {} };

/** Copies cost by the line of 64 bytes that they touch. */
export const lines = (bytes: number): number => Math.ceil(bytes / 64);
