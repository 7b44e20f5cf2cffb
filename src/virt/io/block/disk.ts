/** A medium as a back end: at once, or after a while on a clock, one request after the other. */
import type { Clock, Timer } from "../../../machine/clock.ts";
import type { Disk } from "../../../machine/devices/disk.ts";
import type { Stateful } from "../../../machine/state.ts";
import { type BlockBackend, type BlockRequest, SECTOR } from "../backend.ts";

/** Does a request at once. False: it is beyond the end, or writes to what is read-only. */
function perform(disk: Disk, readOnly: boolean, request: BlockRequest): boolean {
  if (request.kind === "flush") return true;
  const sectors =
    request.kind === "read"
      ? request.into.length / SECTOR
      : request.kind === "write"
        ? request.bytes.length / SECTOR
        : request.sectors;
  if (!Number.isInteger(sectors) || !(request.sector >= 0 && request.sector + sectors <= disk.sectors))
    return false;
  if (request.kind === "read") disk.read(request.sector, request.into);
  else if (readOnly) return false;
  else if (request.kind === "write") disk.write(request.sector, request.bytes);
  else if (request.kind === "writeZeroes") disk.write(request.sector, new Uint8Array(sectors * SECTOR));
  // A discarded sector may hold anything; this one keeps what it held.
  return true;
}

export interface DiskBackendOptions {
  readonly readOnly?: boolean;
  /** Cycles of the clock that each request takes. */
  readonly latency?: { readonly clock: Clock; readonly cycles: number };
}

export function diskBackend(
  disk: Disk,
  { readOnly = false, latency }: DiskBackendOptions = {},
): BlockBackend {
  const { sectors } = disk;
  if (latency === undefined)
    return {
      ...{ sectors, readOnly, medium: disk },
      submit: (request, done) => done(perform(disk, readOnly, request)),
    };
  const { clock, cycles } = latency;
  const waiting: { request: BlockRequest; done: (ok: boolean) => void }[] = [];
  const timer: Timer = clock.timer(() => {
    const next = waiting.shift();
    if (waiting.length > 0) clock.set(timer, clock.now + cycles);
    next?.done(perform(disk, readOnly, next.request));
  });
  const medium: Stateful = {
    save: (out) => disk.save(out),
    load(from) {
      // Of a time that has not been, seen from the snapshot: it must not reach the medium.
      waiting.length = 0;
      clock.clear(timer);
      disk.load(from);
    },
  };
  return {
    sectors,
    readOnly,
    medium,
    submit(request, done) {
      if (waiting.push({ request, done }) === 1) clock.set(timer, clock.now + cycles);
    },
  };
}
