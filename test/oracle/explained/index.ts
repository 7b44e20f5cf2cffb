/**
 * Where QEMU 7.2 (TCG) is known to differ from the hardware, or does otherwise what the manual leaves open. A difference that
 * no rule here explains is a fault: of ours, until it is shown to be QEMU's and written down here.
 */
import { ended } from "../batch.ts";
import { ENTRY, isPaged } from "../case.ts";
import { bytesAt, instructionAt } from "../frame.ts";
import { GDT } from "../layout.ts";
import type { Outcome } from "../outcome.ts";
import type { Failure } from "../shrink.ts";
import { ASTRAY } from "./astray.ts";
import { ENCODINGS } from "./encodings.ts";
import { FLAGS, RF_IMAGE } from "./flags.ts";
import { PAGING } from "./paging.ts";
import { isAstray, isStackSmall, loadsStack, named, type Rule, SMALL_TASK, undefinedThere } from "./rule.ts";
import { SEGMENTS } from "./segments.ts";
import { SMALL_STACK, SYSTEM } from "./system.ts";

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
  name: "data run as code, without an end",
  reason:
    "A jump astray went on in data, and only one came back; or QEMU stopped at an instruction that it does not know.",
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

const APART: Rule = {
  name: "neither came to an outcome",
  reason: "One shut down where the other ran on until it was stopped: nobody tells where they parted.",
};

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
  if (ended(failure.ours) && ended(failure.theirs)) return wholly(APART);
  if (ended(failure.ours)) return alone(failure);
  const { of, ours, theirs, before } = failure;
  const mine = { of, ours, before, at: instructionAt(of, ours, before), bytes: bytesAt(of, ours, before) };
  if (ended(theirs)) {
    const rule = EXPLAINED.find((some) => some.mine?.(mine));
    return wholly(rule ?? (isAstray(of, ours) ? LOST : undefined));
  }
  const both = { ...mine, theirs, theirAt: instructionAt(of, theirs, before) };
  const used = new Set<Rule>();
  for (const difference of failure.differences) {
    const rule = EXPLAINED.find(({ part }) => part?.(difference, both));
    if (rule) used.add(rule);
    else return wholly(EXPLAINED.find((some) => some.mine?.(both) || some.whole?.(both)));
  }
  return { rules: [...used], whole: false };
}

const wholly = (rule: Rule | undefined): Explanation | undefined => rule && { rules: [rule], whole: true };

/** QEMU came to an outcome, ours to none. */
function alone({ of, ours, theirs, before }: Failure): Explanation | undefined {
  if (!ended(ours) || ended(theirs)) return undefined;
  if (!isPaged(of) && changesTables(theirs)) return wholly(TABLES);
  if (isAstray(of, theirs)) return wholly(LOST);
  if (theirs.tr === SMALL_TASK) return wholly(SMALL_STACK);
  // QEMU stopped where ours, rightly, went on.
  if (undefinedThere(theirs) && named(instructionAt(of, theirs, before), "nop", "test", "int1"))
    return wholly(LOST);
  const limit =
    loadsStack(of) || isStackSmall(of, theirs) || (of.entry === ENTRY.real && /#SS/.test(ours.detail));
  return wholly(limit ? LIMIT : undefined);
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
