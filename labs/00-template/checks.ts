/** The public checks: small cases that can be worked by hand, each made for one clause. */
import { type Check, checker, check as define, defineChecks } from "../../src/course/index.ts";
import type { Walker } from "./component.ts";
import { LAB } from "./contract.ts";
import { answerFor, expectedLines, readsOf } from "./expected.ts";
import { type Counted, SCENARIOS, type Walk } from "./scenarios.ts";

/** Pages 0 and 2 are present, in frames 5 and 1. */
const ENTRIES = [0x0b, 0x06, 0x03];

const answers = (part: string, clause: string, addresses: readonly number[], name: string): Check<Walker> =>
  define({
    ...{ part, clause, name, scenario: SCENARIOS.answers },
    input: { entries: ENTRIES, addresses },
    expected: expectedLines({ entries: ENTRIES, addresses }),
  });

/** Points by counts: half of them for half of the reads that can be saved; nothing for wrong answers. */
export const counting = (part: string, clause: string, input: Walk, name: string): Check<Walker> => {
  const right = input.addresses.map((address) => answerFor(input.entries, address));
  const { fewest, naive } = readsOf(input);
  return define({
    ...{ part, clause, name, input, scenario: SCENARIOS.reads },
    expected: { answers: right, reads: fewest },
    worth({ answers, reads }: Counted) {
      if (JSON.stringify(answers) !== JSON.stringify(right)) return 0;
      return reads <= fewest ? 1 : (naive - reads) / (naive - fewest);
    },
  });
};

// TODO For every clause a check, for every part a few. The name is a sentence about the case.
export const CHECKS = defineChecks<Walker>(LAB, [
  answers("frames", "C1", [0x00, 0x20], "the first word of a page"),
  answers("frames", "C1", [0x0f, 0x21], "the offset stays"),
  answers("faults", "C2", [0x10, 0x1f], "a page that is not present"),
  answers("faults", "C3", [0x2f, 0x30, 0x99], "pages behind the last one"),
  counting(
    "reads",
    "C4",
    { entries: ENTRIES, addresses: [0x00, 0x01, 0x20, 0x02, 0x21] },
    "pages that come again",
  ),
  counting("reads", "C3", { entries: ENTRIES, addresses: [0x40, 0x00, 0x41, 0x00] }, "pages that nobody has"),
]);

/** Runs the public checks of one step in the notebook and shows them as a table. */
export const check = checker(LAB, CHECKS);
