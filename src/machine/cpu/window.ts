/** Where the interpreter runs: the instructions of a page by offset, the window on them, and runs linked through them. */
import { NEVER, Op } from "./op.ts";

const PAGE = 4096;
export const LONGEST_RUN = 32;

/** A slot without an instruction: a run that no clock allows makes the interpreter look at it, and its length 0 decode. */
export const UNDECODED = new Op();
UNDECODED.runWorst = NEVER;
export const NOWHERE: Op[] = new Array(PAGE).fill(UNDECODED);

/** Where the interpreter may run without asking: ip in start … start + size − 1, at slot ip − start. Size is a page or 0. */
export class CodeWindow {
  start = 0;
  size = 0;
  /** The memory's codeVersion when it was opened. */
  version = -1;
  ops: Op[] = NOWHERE;
}

/** Instructions of one physical page, per mode, since the same bytes mean different things in different modes. */
export class CodePage {
  readonly byMode = new Map<number, Op[]>();
  /** Bit per byte: it is part of a decoded instruction. */
  readonly decoded = new Uint8Array(PAGE / 8);
}

/** The last window of a ring, which a return to it opens again while `version` is that of the memory (codeVersion). */
export class Closed {
  version = -1;
  mode = 0;
  start = 0;
  base = 0;
  page = new CodePage();
  ops: Op[] = NOWHERE;
}

/** What a run that ends before a slot may go on with. */
export function followed(op: Op | undefined): Op | null {
  if (op === undefined || op === UNDECODED || op.runWorst === NEVER) return null;
  return op.runCount > LONGEST_RUN ? null : op;
}

/** Puts an instruction before the rest of its run. `most`: cycles that one of them may be charged on its way. */
export function join(op: Op, next: Op | null, most: number): void {
  op.next = op.rest = next;
  op.runCost = op.cost + (next === null ? 0 : next.runCost);
  op.runCount = 1 + (next === null ? 0 : next.runCount);
  op.runBytes = op.length + (next === null ? 0 : next.runBytes);
  op.runWorst = op.runCost + op.runCount * most;
}
