/**
 * Where QEMU 7.2 (TCG) is known to differ from the hardware, or leaves open what the manual leaves open. A difference that no
 * rule here explains is a fault: of ours, until it is shown to be QEMU's and written down here.
 */
import { ended } from "./batch.ts";
import type { Difference } from "./compare.ts";
import type { Failure } from "./shrink.ts";

export interface Rule {
  readonly name: string;
  readonly reason: string;
  readonly explains: (difference: Difference, failure: Failure) => boolean;
}

const RF = 0x10000;
const PF = 14;

const numbers = ({ ours, theirs }: Difference): [number, number] | undefined =>
  typeof ours === "number" && typeof theirs === "number" ? [ours, theirs] : undefined;

const vector = ({ ours }: Failure) => (ended(ours) ? -1 : ours.vector);
const isImage = ({ field }: Difference) => field.startsWith("frame") || field.startsWith("[");

export const EXPLAINED: readonly Rule[] = [
  {
    name: "RF in the image of a fault",
    reason:
      "SDM Vol. 3, 17.3.1.1: for faults the processor sets RF in the EFLAGS image that it pushes. QEMU pushes RF as it is.",
    explains: (difference) => {
      const pair = numbers(difference);
      return isImage(difference) && pair !== undefined && (pair[0] ^ pair[1]) === RF && (pair[0] & RF) !== 0;
    },
  },
  {
    name: "W of #PF in read-modify-write",
    reason:
      "The destination of a read-modify-write instruction is checked for writing before it is read, so its #PF has W set. QEMU reads first.",
    explains: (difference, failure) => {
      const pair = numbers(difference);
      return (
        isImage(difference) &&
        vector(failure) === PF &&
        pair !== undefined &&
        (pair[0] ^ pair[1]) === 2 &&
        pair[0] < 0x40
      );
    },
  },
];

/** The rules that explain all of a failure's differences, or undefined. */
export function explain(failure: Failure): readonly Rule[] | undefined {
  const used = new Set<Rule>();
  for (const difference of failure.differences) {
    const rule = EXPLAINED.find(({ explains }) => explains(difference, failure));
    if (!rule) return undefined;
    used.add(rule);
  }
  return [...used];
}
