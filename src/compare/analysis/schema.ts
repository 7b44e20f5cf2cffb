/** What a run folder must hold to be judged. The types are record.ts's; the compiler keeps the two alike. */
import { z } from "zod";
import type { Metrics, Repetition, RunFacts, Sample } from "../record.ts";

const text = z.string();
const number = z.number();
const count = z.int().min(0);
const positive = z.int().min(1);
/** Becomes part of file names and anchors. */
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]*$/, "letters, digits, - and . are allowed");

const workload = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("cpu"), maxPrime: positive, threads: positive }),
  z.object({
    kind: z.literal("fileio"),
    mode: z.enum(["seqwr", "seqrewr", "seqrd", "rndrd", "rndwr", "rndrw"]),
    totalSize: number,
    files: positive,
    blockSize: positive,
    threads: positive,
    flags: z.enum(["sync", "dsync", "direct"]).optional(),
  }),
  z.object({
    kind: z.literal("memory"),
    blockSize: positive,
    totalSize: number,
    operation: z.enum(["read", "write", "none"]),
    access: z.enum(["seq", "rnd"]),
    threads: positive,
  }),
]);

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
    }),
  ),
  scenarios: z.array(
    z.object({
      name,
      about: text,
      resources: z.object({
        processors: positive,
        memory: number,
        disk: z.enum(["raw", "qcow2"]).optional(),
      }),
      seconds: number,
      pageCache: z.enum(["dropped", "warm"]),
      cases: z.array(z.object({ name, workload })),
    }),
  ),
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
}) satisfies z.ZodType<Repetition>;

export const sample = z.object({
  at: number,
  user: number,
  system: number,
  iowait: number,
  steal: number,
}) satisfies z.ZodType<Sample>;

export const packedSamples = z.object({ file: inside, samples: z.array(sample) });
