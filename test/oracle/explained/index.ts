/**
 * Where QEMU 7.2 (TCG) is known to differ from the hardware, or does otherwise what the manual leaves open. A difference that
 * no rule here explains is a fault: of ours, until it is shown to be QEMU's and written down here.
 */
import { ended } from "../batch.ts";
import { ENTRY, isPaged } from "../case.ts";
import { bytesAt, instructionAt } from "../frame.ts";
import { GDT } from "../layout.ts";
import type { Outcome } from "../outcome.ts";
import { violates } from "../segmentation.ts";
import type { Failure } from "../shrink.ts";
import { ASTRAY } from "./astray.ts";
import { ENCODINGS } from "./encodings.ts";
import { FLAGS, RF_IMAGE } from "./flags.ts";
import { PAGING } from "./paging.ts";
import {
  type Both,
  GP,
  GROUPS,
  isAstray,
  isStackSmall,
  isVector,
  loadsStack,
  NEAR,
  named,
  type Rule,
  UD,
  X87,
} from "./rule.ts";
import { SEGMENTS } from "./segments.ts";
import { SYSTEM } from "./system.ts";

export type { Rule } from "./rule.ts";
export { RF_IMAGE };

export const EXPLAINED: readonly Rule[] = [
  ...ENCODINGS,
  ...SEGMENTS,
  ...PAGING,
  ...FLAGS,
  ...SYSTEM,
  ...ASTRAY,
];

const CRASH: Rule = {
  name: "QEMU aborts",
  reason: "QEMU 7.2 ends itself: LOCK BT with a register, an interrupt after LTR of a null selector, …",
};

const LOST: Rule = {
  name: "QEMU got lost",
  reason:
    "Where the hardware faults (LOCK, limits) QEMU went on, and did not come back; or both ran on until they were stopped.",
};

const LIMIT: Rule = {
  name: "shutdown by the stack's limit",
  reason:
    "An interrupt that finds no room in SS shuts the processor down: SP = 1, 3 or 5 in real mode (SDM Vol. 3, 20.1.4), or a small segment in SS. TCG checks no limit.",
};

const TABLES: Rule = {
  name: "the supervisor's descriptors overwritten",
  reason:
    "Without paging a case can store anywhere. With a broken descriptor the interrupt that ends it is #GP, then a shutdown; QEMU went on with what it had loaded before, or checks less.",
};

function both({ of, ours, theirs, before }: Failure): Both | undefined {
  if (ended(ours) || ended(theirs)) return undefined;
  return {
    of,
    ours,
    theirs,
    at: instructionAt(of, ours, before),
    theirAt: instructionAt(of, theirs, before),
    bytes: bytesAt(of, ours, before),
    before,
  };
}

export interface Explanation {
  readonly rules: readonly Rule[];
  /** The two went different ways: nothing can be learnt from what QEMU did. */
  readonly whole: boolean;
}

/** What explains all of a failure's differences; undefined when something does not, or when there are none. */
export function explain(failure: Failure): Explanation | undefined {
  if (failure.differences.length === 0) return undefined;
  // A broken invariant of our simulator is never explained.
  if (ended(failure.ours) && failure.ours.end === "crash") return undefined;
  if (ended(failure.theirs) && failure.theirs.end === "crash") return { rules: [CRASH], whole: true };
  if (ended(failure.ours) && ended(failure.theirs)) return { rules: [LOST], whole: true };
  if (ended(failure.ours)) {
    const { of, ours } = failure;
    const { theirs } = failure;
    if (!isPaged(of) && !ended(theirs) && changesTables(theirs)) return { rules: [TABLES], whole: true };
    const limit =
      loadsStack(of) ||
      (!ended(theirs) && isStackSmall(of, theirs)) ||
      (of.entry === ENTRY.real && /#SS/.test(ours.detail));
    // QEMU stopped where ours, rightly, went on.
    const earlier = !ended(theirs) && named(instructionAt(of, theirs, failure.before), "nop", "test", "int1");
    if (earlier) return { rules: [LOST], whole: true };
    return limit ? { rules: [LIMIT], whole: true } : undefined;
  }
  if (ended(failure.theirs)) return lost(failure);
  const of = both(failure);
  if (!of) return undefined;
  const used = new Set<Rule>();
  for (const difference of failure.differences) {
    const rule = EXPLAINED.find(({ part }) => part?.(difference, of));
    if (rule) used.add(rule);
    else return wholly(of);
  }
  return { rules: [...used], whole: false };
}

/** What the processor itself makes of the supervisor's descriptors: accessed and busy bits. */
const OWN = new Map([
  [0x14, 0x00cf9300],
  [0x2c, 0x00009300],
  [0x34, 0x00008b02],
]);
/** A store hit the supervisor's descriptors, or so much was stored that they are not written down. */
const changesTables = ({ changes, count }: Outcome) =>
  count > changes.length ||
  changes.some(([at, value]) => at >= GDT && at < GDT + 0x48 && OWN.get(at - GDT) !== value);

/** QEMU did not come back from where a rule says that it should not have gone. */
function lost(failure: Failure): Explanation | undefined {
  const { of, ours, before } = failure;
  if (ended(ours)) return undefined;
  const at = instructionAt(of, ours, before);
  const bytes = bytesAt(of, ours, before);
  const x87 = X87.test(Buffer.from(bytes).toString("hex")) || isVector(of, bytes);
  const locked = ours.vector === UD && at !== undefined && at.lock && !(at.row.lock === true && at.rm < 0);
  const limited = ours.vector === GP && of.bits === 16 && named(at, ...NEAR, "jmp far", "call far");
  return locked ||
    limited ||
    GROUPS.test(Buffer.from(bytes).toString("hex")) ||
    x87 ||
    violates(of, ours, at) !== undefined ||
    isAstray(of, ours)
    ? { rules: [LOST], whole: true }
    : undefined;
}

function wholly(of: Both): Explanation | undefined {
  const rule = EXPLAINED.find(({ whole }) => whole?.(of));
  return rule && { rules: [rule], whole: true };
}
