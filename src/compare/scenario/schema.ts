/** What a scenario may be, in a scenario file and in a run folder alike. */
import { z } from "zod";
import type { Scenario } from "../record.ts";

/** Becomes part of file names and anchors. */
export const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,39}$/, "1 to 40 letters, digits, '-' and '.', a letter or digit first");
const count = (most: number) => z.int().min(1).max(most);
const threads = count(1024);

const workload = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("cpu"), maxPrime: z.int().min(3).max(10_000_000), threads }),
  z.strictObject({
    kind: z.literal("fileio"),
    mode: z.enum(["seqwr", "seqrewr", "seqrd", "rndrd", "rndwr", "rndrw"]),
    totalSize: count(1 << 20),
    files: count(100_000),
    blockSize: z
      .int()
      .min(512)
      .max(1 << 26),
    threads,
    flags: z.enum(["sync", "dsync", "direct"]).optional(),
  }),
  z.strictObject({
    kind: z.literal("memory"),
    blockSize: count(1 << 20),
    totalSize: count(1 << 30),
    operation: z.enum(["read", "write", "none"]),
    access: z.enum(["seq", "rnd"]),
    threads,
  }),
  z.strictObject({ kind: z.literal("startup"), starts: count(1000), threads: z.literal(1).default(1) }),
]);

const unique = (items: { name: string }[]) => new Set(items.map((item) => item.name)).size === items.length;

export const scenario = z.strictObject({
  name,
  about: z.string().min(1),
  resources: z.strictObject({
    processors: count(1024),
    memory: z
      .int()
      .min(64, "a Debian guest needs at least 64 MiB")
      .max(1 << 24),
    disk: z.enum(["raw", "qcow2"]).optional(),
  }),
  seconds: count(3600),
  pageCache: z.enum(["dropped", "warm"]),
  cases: z.array(z.strictObject({ name, workload })).min(1).refine(unique, "two cases have one name"),
}) satisfies z.ZodType<Scenario>;

export const scenarioFile = z.strictObject({
  scenarios: z.array(scenario).min(1).refine(unique, "two scenarios have one name"),
});
