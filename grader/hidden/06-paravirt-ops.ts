/** Hidden tests of lab 06: new frames, kernels and sites, drawn against the ways to misread a clause. */

import type { ParavirtOps } from "../../labs/06-paravirt-ops/component.ts";
import { drawCase, drawSituation, drawStream } from "../../labs/06-paravirt-ops/drawn.ts";
import {
  BATCH_SLIPS,
  type BatchSlip,
  batchLines,
  patchLines,
  UPDATE_SLIPS,
  type UpdateSlip,
  updateLines,
} from "../../labs/06-paravirt-ops/expected.ts";
import type { Situation } from "../../labs/06-paravirt-ops/frames.ts";
import { SCENARIOS, type Stream } from "../../labs/06-paravirt-ops/scenarios.ts";
import { type Case, targetOf } from "../../labs/06-paravirt-ops/site.ts";
import { check } from "../../src/course/index.ts";
import { expectedOutput } from "../../src/guests/index.ts";
import type { HiddenTest } from "../run/kit.ts";
import { type Draw, drawCases, drawFor, one } from "./cases.ts";

/** The starter writes what is asked without a check: right for absent entries, which none of these tests asks alone. */
export const STARTER_POINTS = 0;

const COUNT = 10;

export function hidden(seed: number): HiddenTest<ParavirtOps>[] {
  return [
    updates(seed, "check", "C1", "entries that go, among others", ["checks absent entries"]),
    updates(seed, "check", "C2", "whose frame it is", ["never asks the owner"]),
    updates(seed, "uses", "C3", "pages, tables and directories", [
      "directory entries are mappings",
      "writable is read",
    ]),
    updates(seed, "uses", "C3", "what is only read counts as well", ["read-only needs no use"]),
    updates(seed, "uses", "C4", "the use of what was there", [
      "forgets the old use",
      "drops an absent entry",
    ]),
    updates(seed, "uses", "C4", "in which order", ["drops before the write"]),
    updates(seed, "uses", "C5", "what is refused leaves no trace", [
      "writes what is refused",
      "owner after the use",
    ]),
    batches(seed, "C6", "kernels in and out of lazy mode", ["waits outside"]),
    batches(seed, "C7", "nested, and in order", ["inner leave flushes", "invlpg first"]),
    batches(seed, "C8", "more than fit, and nothing at all", [
      "never full",
      "one too many",
      "empty crossings",
    ]),
    batches(seed, "C9", "other directories", ["base waits", "base alone", "base overfills"]),
    patches(seed, "C10", "operations that fit", (draw) => ({
      ...drawCase(draw),
      code: one(draw, SHORT),
      movable: true,
    })),
    patches(seed, "C10", "operations at the edge of the site", (draw) => ({
      ...drawCase(draw),
      code: one(draw, EDGE),
      movable: true,
    })),
    patches(seed, "C11", "operations that do not move", (draw) => ({ ...drawCase(draw), movable: false })),
    patches(seed, "C11", "long operations, near and far", (draw) => ({
      ...drawCase(draw),
      code: one(draw, LONG),
      movable: true,
    })),
    kernel(seed),
  ];
}

/** 0 to 3 bytes; 5 and 6; more. */
const SHORT = ["", "inc eax", "cli", "stc\ncli", "lea ecx, [eax + 3]", "inc edx\nstc"];
const EDGE = [
  "mov eax, 0x77",
  "add edx, 0x1111",
  "mov eax, 0x77\ninc ecx",
  "lea ecx, [eax + 3]\nlea edx, [eax + 5]",
];
const LONG = [
  "mov eax, 1\nmov ecx, 2",
  "add edx, 0x1111\nadd ecx, 0x2222",
  "lea ecx, [eax + 3]\nmov edx, 0x99",
];

function updates(seed: number, part: string, clause: string, name: string, shows: readonly UpdateSlip[]) {
  const draw = drawFor(seed, `${part}: ${name}`);
  const { subjects, answers } = drawCases<Situation, string[], UpdateSlip>(
    { slips: UPDATE_SLIPS, answer: updateLines },
    { count: COUNT, draw: () => drawSituation(draw, 1 + draw(3)), shows, mayShow: UPDATE_SLIPS },
    draw,
  );
  return check<ParavirtOps, readonly Situation[], string[][]>({
    ...{ part, clause, name, input: subjects, scenario: SCENARIOS["update-many"] },
    expected: answers,
  });
}

function batches(seed: number, clause: string, name: string, shows: readonly BatchSlip[]) {
  const draw = drawFor(seed, `batch: ${name}`);
  const { subjects, answers } = drawCases<Stream, string[], BatchSlip>(
    { slips: BATCH_SLIPS, answer: batchLines },
    { count: COUNT, draw: () => drawStream(draw, 3 + draw(9)), shows, mayShow: BATCH_SLIPS },
    draw,
  );
  return check<ParavirtOps, readonly Stream[], string[][]>({
    ...{ part: "batch", clause, name, input: subjects, scenario: SCENARIOS["batch-many"] },
    expected: answers,
  });
}

function patches(seed: number, clause: string, name: string, drawn: (draw: Draw) => Case) {
  const draw = drawFor(seed, `patch: ${name}`);
  const input = Array.from({ length: COUNT }, () => drawn(draw));
  return check<ParavirtOps, readonly Case[], string[][]>({
    ...{ part: "patch", clause, name, input, scenario: SCENARIOS["patch-many"] },
    expected: input.map((each) => patchLines(each, targetOf(each).body.length)),
  });
}

function kernel(seed: number) {
  const draw = drawFor(seed, "patch: a kernel");
  const input = { workload: "fork", parameters: { iterations: 2 + draw(4) } };
  return check({
    ...{
      part: "patch",
      clause: "C10",
      name: "a kernel, patched as a whole",
      input,
      scenario: SCENARIOS.kernel,
    },
    expected: [expectedOutput(input.workload, input.parameters).trim().split("\n").at(-1) as string, "exit"],
  });
}
