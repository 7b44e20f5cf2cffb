/** What the student of lab 16 hands in (component.ts), declared once. */
import { z } from "zod";
import { defineLab, type Lab } from "../../src/course/index.ts";
import type { Comparison } from "./component.ts";

const place = { target: z.string(), scenario: z.string(), case: z.string() };
const reasons = [
  ...["versions", "workload", "resources", "duration", "page cache"],
  ...["missing", "single", "implausible"],
] as const;

export const LAB: Lab<Comparison> = defineLab<Comparison>({
  id: "16-qemu-vs-docker",
  title: "QEMU against Docker",
  component: {
    plan: {
      doc: "The order in which everything is run.",
      parameters: [
        { name: "places", type: "readonly Place[]", doc: "`target`, `scenario` and `case` to be measured" },
        { name: "design", type: "Design", doc: "`warmups` and `repetitions` of each place, and a `seed`" },
      ],
      returns: {
        type: "Step[]",
        doc: "a place each, with `warmup` and `index`",
        schema: z.array(z.object({ ...place, warmup: z.boolean(), index: z.number().int() })),
      },
    },
    summarize: {
      doc: "The statistics of a place.",
      parameters: [
        { name: "lines", type: "readonly Line[]", doc: "what the record holds of the place, in its order" },
        { name: "measure", type: "Measure", doc: "which number of `metrics`" },
      ],
      returns: {
        type: "Summary | null",
        doc: "`count`, `mean`, `min`, `max`, `std`; null: nothing to average",
        schema: z
          .object({
            count: z.number(),
            mean: z.number(),
            min: z.number(),
            max: z.number(),
            std: z.number().nullable(),
          })
          .nullable(),
      },
    },
    effect: {
      doc: "What one sample's mean over another's says.",
      parameters: [
        { name: "above", type: "readonly number[]", doc: "repetitions of one place" },
        { name: "below", type: "readonly number[]", doc: "repetitions of another; independent of the first" },
        { name: "drawing", type: "Drawing", doc: "how many `resamples`, and a `seed`" },
      ],
      returns: {
        type: "Effect | null",
        doc: "`ratio`, `low`, `high`, `verdict`; null: too few values",
        schema: z
          .object({
            ratio: z.number(),
            low: z.number(),
            high: z.number(),
            verdict: z.enum(["more", "fewer", "no difference detected"]),
          })
          .nullable(),
      },
    },
    refuse: {
      doc: "What forbids to divide the figures of one cell by those of the other.",
      parameters: [
        { name: "other", type: "Cell", doc: "a place, what is known of it, and its measured repetitions" },
        { name: "base", type: "Cell", doc: "what it would be divided by" },
      ],
      returns: {
        type: "Reason[]",
        doc: "in any order; none: they may be compared",
        schema: z.array(z.enum(reasons)),
      },
    },
    suspect: {
      doc: "Which cells do not say what they seem to say.",
      parameters: [
        { name: "cells", type: "readonly Cell[]", doc: "all of a run" },
        { name: "host", type: "Host", doc: "its `processors` and its `memory` in MiB" },
      ],
      returns: {
        type: "Suspicion[]",
        doc: "a place and a `mistake` each, in any order",
        schema: z.array(
          z.object({
            ...place,
            mistake: z.enum(["independent", "emulated", "contended", "cached", "outlier"]),
          }),
        ),
      },
    },
  },
  clauses: [
    {
      id: "C1",
      text: "`plan` runs each place once in every round, and there are as many rounds as warm-ups and repetitions.",
    },
    {
      id: "C2",
      text: "The rounds of warm-ups come first. `index` counts from 0 in them, and from 0 again in the measured ones.",
    },
    { id: "C3", text: "Every round has an order of its own, and each order is as likely as any other." },
    { id: "C4", text: "The same seed gives the same plan, another seed another one." },
    { id: "C5", text: "`summarize` counts what was measured and done: no warm-ups, nothing that failed." },
    {
      id: "C6",
      text: "A later measured line of the same index replaces the earlier one, whatever became of the two.",
    },
    {
      id: "C7",
      text: "Absent is not zero: if a line that counts lacks the measure, or if no line counts, there is nothing to average.",
    },
    {
      id: "C8",
      text: "`std` is the sample's, with the divisor count − 1; of a single value there is none (null).",
    },
    {
      id: "C9",
      text: "`ratio` is the mean of `above` over the mean of `below`. With fewer than two values in either there is no effect (null).",
    },
    {
      id: "C10",
      text: "`low` and `high` come from as many `resamples`: each draws from `above` and from `below`, independently and with replacement, as many values as there are. The same seed gives the same ends.",
    },
    {
      id: "C11",
      text: "Of the resamples' ratios, the share `tail(n)` is left out at each end, n being the smaller number of values.",
    },
    {
      id: "C12",
      text: 'The verdict is "more" if the whole interval is above 1, "fewer" if it is below, and else "no difference detected".',
    },
    {
      id: "C13",
      text: '`refuse` names "versions" if sysbench\'s versions differ or one is unknown, and "workload" if any of the workload\'s options differs.',
    },
    {
      id: "C14",
      text: 'It names "resources" if processors or memory differ, and "duration" if the seconds do.',
    },
    {
      id: "C15",
      text: 'It names "page cache" if the scenarios treat it differently, or if it is file I/O and dropping it has failed in a repetition that is done.',
    },
    {
      id: "C16",
      text: 'It names "missing" if fewer repetitions are done than were planned, and "single" if one was planned and is done; of either cell.',
    },
    {
      id: "C17",
      text: 'It names "implausible" if a repetition that is done, of either cell, has no events, an average latency outside of minimum and maximum, a latency of more than 30 s above the run\'s time, or events per second that are more than 5 % off events by seconds.',
    },
    {
      id: "C18",
      text: "`suspect` looks at cells with a repetition that is done, and at what is done. Their rate is the mean of events per CPU-second, of MiB of memory moved, of MiB read (modes seqrd, rndrd, rndrw) or of MiB written (other modes).",
    },
    {
      id: "C19",
      text: '"independent": CPU work of one target and scenario with as many threads, whose greatest limit is 1.5 times the least or more, and whose greatest rate is less than 1.1 times the least. All these cells are.',
    },
    {
      id: "C20",
      text: "\"emulated\": a virtual machine's CPU work at less than 0.6 of the host's rate in the same scenario and case.",
    },
    {
      id: "C21",
      text: '"contended": a repetition began at a load of more than the host\'s processors + 0.5, or something waited for a processor in more than 20 % of its time.',
    },
    {
      id: "C22",
      text: "\"cached\": file I/O on a warm page cache, not direct, with files of less than twice the memory (the host's for the host, else the scenario's); or file I/O at more than twice the rate that the same target has at the same workload and processors with less memory.",
    },
    {
      id: "C23",
      text: '"outlier": of three or more values exactly one is more than 30 % away from the median of the others.',
    },
  ],
  parts: [
    { id: "plan", title: "Step 1, in which order", points: 3 },
    { id: "summarize", title: "Step 2, what counts", points: 3 },
    { id: "effect", title: "Step 3, is there a difference", points: 4 },
    { id: "refuse", title: "Step 4, what may be compared", points: 3 },
    { id: "suspect", title: "Step 5, what may be believed", points: 4 },
  ],
  limits: { seconds: 6, megabytes: 512 },
});
