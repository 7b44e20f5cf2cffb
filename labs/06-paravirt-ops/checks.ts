/** The public checks of lab 06: each small enough for a pencil, and made for one clause. */

import { type Check, checker, check as define, defineChecks } from "../../src/course/index.ts";
import { expectedOutput } from "../../src/guests/index.ts";
import type { ParavirtOps } from "./component.ts";
import { LAB } from "./contract.ts";
import { batchLines, patchLines, updateLines } from "./expected.ts";
import type { Situation } from "./frames.ts";
import { SCENARIOS } from "./scenarios.ts";
import { type Case, targetOf } from "./site.ts";
import { absent, directory, entry, guests, page, situation, stream } from "./situations.ts";

const update = (part: string, clause: string, input: Situation, name: string): Check<ParavirtOps> =>
  define({ ...{ part, clause, name, input }, scenario: SCENARIOS.update, expected: updateLines(input) });

const batch = (clause: string, text: string, most: number, name: string): Check<ParavirtOps> => {
  const input = { operations: stream(text), most };
  return define({
    ...{ part: "batch", clause, name, input },
    scenario: SCENARIOS.batch,
    expected: batchLines(input),
  });
};

const patch = (clause: string, input: Case, name: string): Check<ParavirtOps> =>
  define({
    ...{ part: "patch", clause, name, input },
    scenario: SCENARIOS.patch,
    expected: patchLines(input, targetOf(input).body.length),
  });

const NULL_CALL = { workload: "null-call", parameters: { iterations: 5 } };
const FRAMES = { 3: guests({ table: 1 }), 5: guests(), 6: guests({ writable: 1 }), 7: guests({ table: 1 }) };

export const CHECKS = defineChecks<ParavirtOps>(LAB, [
  update(
    "check",
    "C1",
    situation(FRAMES, {}, page(3, 0, 0), page(3, 1, absent(9))),
    "entries that are not present",
  ),
  update(
    "check",
    "C2",
    situation(
      { ...FRAMES, 8: { owner: "other" }, 9: { owner: "monitor" } },
      {},
      page(3, 0, entry(8)),
      page(3, 0, entry(9, "w")),
    ),
    "another guest's frame, and the monitor's",
  ),
  update(
    "uses",
    "C3",
    situation(FRAMES, {}, page(3, 0, entry(5, "w")), page(3, 1, entry(7))),
    "a page to write to, and one to read",
  ),
  update("uses", "C3", situation(FRAMES, {}, page(3, 0, entry(7, "w"))), "a page table, mapped writable"),
  update(
    "uses",
    "C3",
    situation(FRAMES, {}, directory(7, 0, entry(5)), directory(7, 1, entry(6))),
    "tables of a directory",
  ),
  update(
    "uses",
    "C4",
    situation(
      { ...FRAMES, 6: guests({ writable: 1 }) },
      { "3:0": entry(6, "w") },
      page(3, 0, entry(5)),
      directory(7, 0, entry(6)),
    ),
    "a frame that becomes a table once nobody writes to it",
  ),
  update(
    "uses",
    "C5",
    situation(FRAMES, { "3:0": entry(6, "w") }, page(3, 0, entry(7, "w"))),
    "a refusal changes nothing",
  ),
  batch("C6", "s1 i2 s3", 8, "requests alone"),
  batch("C7", "( s1 i2 s3 ) s4", 8, "requests between enter and leave"),
  batch("C7", "( s1 ( s2 ) s3 )", 8, "nested"),
  batch("C8", "( s1 s2 s3 s4 s5 )", 2, "more than fit"),
  batch("C8", "( ) ( s1 s2 )", 2, "nothing, and just enough"),
  batch("C9", "( s1 s2 b3 s4 )", 8, "another directory in between"),
  batch("C9", "( s1 s2 b3 ) b4", 2, "another directory when it is full"),
  patch("C10", { kind: "call", at: 0x3000, code: "cli", movable: true }, "CLI in the site"),
  patch(
    "C10",
    { kind: "jump", at: 0x3000, code: "inc eax", movable: true },
    "a jump's operation in the site",
  ),
  patch(
    "C11",
    { kind: "jump", at: 0x3000, code: "mov eax, 7\ninc ecx", movable: true },
    "six bytes and a RET do not fit",
  ),
  patch(
    "C11",
    { kind: "call", at: 0x3000, code: "mov eax, 7\nmov ecx, 8", movable: true },
    "a longer operation",
  ),
  patch(
    "C11",
    { kind: "call", at: 0x1c00, code: "inc edx", movable: false },
    "an operation below that may not move",
  ),
  patch("C12", { kind: "call", at: 0x3000, code: "", movable: true }, "an operation that does nothing"),
  define({
    ...{ part: "patch", clause: "C10", name: "a whole kernel", scenario: SCENARIOS.kernel, input: NULL_CALL },
    expected: [
      expectedOutput(NULL_CALL.workload, NULL_CALL.parameters).trim().split("\n").at(-1) as string,
      "exit",
    ],
  }),
]);

/** Runs the public checks of one step in the notebook and shows them as a table. */
export const check = checker(LAB, CHECKS);
