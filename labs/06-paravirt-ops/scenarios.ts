/**
 * The ways in which lab 06 drives a component: updates on a table of frames, a kernel's operations, call sites on the machine, and the
 * whole kernel.
 */
import { defineScenarios, each, type Scenario } from "../../src/course/index.ts";
import type { Operation, ParavirtOps } from "./component.ts";
import { SITE } from "./contract.ts";
import { FrameTable, type Situation, showEntry } from "./frames.ts";
import { bootKernel } from "./kernel.ts";
import { type Case, run, siteOf, targetOf } from "./site.ts";

/** Everything that was done to the frames, the answers, and what must never be. */
const update: Scenario<ParavirtOps, Situation, string[]> = {
  drive(component, situation) {
    const frames = new FrameTable(situation);
    for (const one of situation.updates) {
      const answer = component.update(one, frames);
      frames.events.push(answer);
    }
    return [...frames.events, ...frames.broken()];
  },
  describe: ({ frames, entries, updates }) =>
    [
      ...Object.entries(frames).map(([frame, { owner, uses = {} }]) => {
        const counted = Object.entries(uses).map(([use, count]) => `${count} × ${use}`);
        return `frame ${frame}: ${owner}'s${counted.length > 0 ? `, in use ${counted.join(", ")}` : ""}`;
      }),
      ...Object.entries(entries).map(([place, entry]) => `entry ${place}: ${showEntry(entry)}`),
      ...updates.map(
        ({ level, table, index, entry }) => `update level ${level}, ${table}:${index} := ${showEntry(entry)}`,
      ),
    ].join("\n"),
};

export interface Stream {
  readonly operations: readonly Operation[];
  readonly most: number;
}

const showOperation = (one: Operation) => ("id" in one ? `${one.kind} ${one.id}` : one.kind);

const batch: Scenario<ParavirtOps, Stream, string[]> = {
  drive: (component, { operations, most }) => component.batch(operations, most).map((ids) => ids.join(", ")),
  describe: ({ operations, most }) =>
    `${operations.map(showOperation).join(" · ")}; at most ${most} together`,
};

/** Where the patched site leads, in how many instructions, and that it has the right size. */
const patch: Scenario<ParavirtOps, Case, string[]> = {
  drive(component, input) {
    const bytes = component.patch(siteOf(input), targetOf(input));
    const { ends, instructions } = run(input, bytes);
    return [ends, ...(bytes.length === SITE ? [`${instructions} instructions`] : [])];
  },
  describe: ({ kind, at, code, movable }) =>
    `a ${kind} of the operation at ${at.toString(16)}h: ${code.replaceAll("\n", "; ") || "nothing"}${movable ? "" : " (not movable)"}`,
};

export interface Workload {
  readonly workload: string;
  readonly parameters: Readonly<Record<string, number>>;
}

/** A kernel whose every site the component has patched. */
const kernel: Scenario<ParavirtOps, Workload, string[]> = {
  drive(component, { workload, parameters }) {
    const { output, end } = bootKernel({ workload, parameters }, (site, target) =>
      component.patch(site, target),
    );
    return [output, end];
  },
  describe: ({ workload }) => `the kernel with all its sites patched, running ${workload}`,
};

export const SCENARIOS = defineScenarios<ParavirtOps>()({
  update,
  batch,
  patch,
  kernel,
  "update-many": each(update),
  "batch-many": each(batch),
  "patch-many": each(patch),
});
