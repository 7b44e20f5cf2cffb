/**
 * GNTTABOP_transfer (grant_table.h; grant_table.c, gnttab_transfer): a page changes its owner, with what stands in it. Nothing is scrubbed.
 *
 *     giver     frame of its own ──steal──▶ nobody's ──claim──▶ taker's, at the frame number that its entry names
 *     taker     accept_transfer ─────────▶ transfer_committed, transfer_completed: both at once for who looks at it
 *
 * What was stolen for a taker that does not accept it is free afterwards: the giver does not get it back.
 */
import { GNTST, type GrantStatus } from "./abi/numbers.ts";
import type { Domain } from "./domain.ts";
import type { MachineFrames } from "./frames.ts";
import { type GrantTable, GTF } from "./grant-table.ts";

export interface GrantTransfer {
  /** Of the caller's. */
  gfn: number;
  /** Who gets the page, and the entry of its table that accepts it. */
  domain: number;
  reference: number;
  status?: GrantStatus;
}

export interface Taker {
  readonly domain: Domain;
  readonly table: GrantTable;
}

/** `taker` is undefined when there is no such domain. */
export function transfer(
  frames: MachineFrames,
  caller: Domain,
  { gfn, reference }: GrantTransfer,
  taker: Taker | undefined,
): GrantStatus {
  const frame = caller.memory.steal(gfn);
  if (frame === undefined) return GNTST.badPage;
  const status = taker === undefined ? GNTST.badDomain : accept(frames, caller, reference, taker, frame);
  if (status !== GNTST.okay) frames.release(frame);
  return status;
}

/** The entry is read once; only one that was never used before, exactly, is accepted. */
function accept(
  frames: MachineFrames,
  caller: Domain,
  reference: number,
  { domain, table }: Taker,
  frame: number,
): GrantStatus {
  const accepts =
    table.has(reference) &&
    table.flags(reference) === GTF.acceptTransfer &&
    table.domain(reference) === caller.id;
  if (!accepts || !domain.memory.accept(table.frame(reference), frame)) return GNTST.generalError;
  frames.claim(frame, domain.id);
  table.setFlags(reference, GTF.acceptTransfer | GTF.transferCommitted | GTF.transferCompleted);
  return GNTST.okay;
}
