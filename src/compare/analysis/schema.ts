/** What a run folder must hold to be judged. The types are record.ts's; the compiler keeps the two alike. */
import { z } from "zod";
import type { Metrics, Repetition, RunFacts, Sample } from "../record.ts";
import { name, scenario } from "../scenario/schema.ts";

const text = z.string();
const number = z.number();
const count = z.int().min(0);
const positive = z.int().min(1);
const probe = z.discriminatedUnion("state", [
  z.object({ state: z.literal("works"), seconds: number, notes: z.array(text) }),
  z.object({ state: z.literal("unusable"), reason: text }),
  z.object({ state: z.literal("absent"), install: text }),
]);

export const runFacts = z.object({
  format: z.literal("ringlab-compare-1"),
  ringlab: text,
  started: text,
  ended: text.optional(),
  seed: number,
  repetitions: positive,
  warmups: count,
  host: z.object({
    cpu: text,
    architecture: text,
    processors: positive,
    memory: number,
    kernel: text,
    system: text,
    hypervisor: text,
    governor: text.optional(),
  }),
  targets: z.array(
    z.object({
      name,
      kind: z.enum(["host", "container", "emulator", "virtual machine"]),
      probe,
      versions: z.record(text, text),
      sysbench: text.optional(),
      beneath: text.optional(),
      processors: number.optional(),
      memory: number.optional(),
      commands: z.array(text),
      image: z.object({ id: text, history: z.array(text) }).optional(),
    }),
  ),
  scenarios: z.array(scenario),
  rootfs: text.optional(),
}) satisfies z.ZodType<RunFacts>;

const metrics = z.object({
  eventsPerSecond: number.optional(),
  totalEvents: number.optional(),
  seconds: number.optional(),
  latency: z.object({ min: number, avg: number, max: number, p95: number.optional() }).optional(),
  threadFairness: z.object({ avg: number, stddev: number }).optional(),
  user: number.optional(),
  system: number.optional(),
  cpuSeconds: number.optional(),
  eventsPerCpuSecond: number.optional(),
  readMiBs: number.optional(),
  writeMiBs: number.optional(),
  readsPerSecond: number.optional(),
  writesPerSecond: number.optional(),
  fsyncsPerSecond: number.optional(),
  memoryMiBs: number.optional(),
  diskUtilisation: number.optional(),
  diskAwait: number.optional(),
  hostDiskUtilisation: number.optional(),
  hostDiskAwait: number.optional(),
  startMilliseconds: number.optional(),
  exitMilliseconds: number.optional(),
}) satisfies z.ZodType<Metrics>;

/** A report links these: a path may not lead out of the folder, nor into another page. */
const inside = z
  .string()
  .regex(/^raw\/[\w.-]+$/, "a file of raw/ is expected")
  .refine((path) => path !== "raw/." && path !== "raw/..", "a file of raw/ is expected");

export const repetition = z.object({
  target: name,
  scenario: name,
  case: name,
  warmup: z.boolean(),
  index: count,
  position: count,
  started: text,
  wall: number,
  outcome: z.enum(["done", "failed"]),
  error: text.optional(),
  metrics,
  load: z.object({ before: number, after: number }),
  pressure: z.object({ cpu: number.optional(), memory: number.optional(), io: number.optional() }).optional(),
  pageCache: z.enum(["dropped", "warm", "drop failed"]),
  log: inside,
  samples: inside.optional(),
  hostSamples: inside.optional(),
}) satisfies z.ZodType<Repetition>;

export const sample = z.object({
  at: number,
  user: number,
  system: number,
  iowait: number,
  steal: number,
  disk: number.optional(),
}) satisfies z.ZodType<Sample>;

export const packedSamples = z.object({ file: inside, samples: z.array(sample) });
