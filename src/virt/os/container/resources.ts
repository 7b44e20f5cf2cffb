/**
 * What a container may use, as what is written to its control group: OCI runtime-spec 1.1, config-linux.md "Control groups", which speaks
 * of version 1, by the formulas of runc's libcontainer/cgroups/fs2 for version 2.
 */
import { z } from "zod";
import { DocumentError } from "../document.ts";

const count = z.number().int().min(0);
/** −1 is no limit, and 0 the same as nothing. */
const limit = z.number().int().min(-1, { error: "it is −1 for no limit, or not below 0" });
const throttled = z
  .array(
    z.looseObject({
      major: count,
      minor: count,
      rate: count.min(1, { error: "nothing would ever be done" }),
    }),
  )
  .nullish();

export const resourcesSchema = z.looseObject({
  cpu: z
    .looseObject({
      shares: count.optional(),
      quota: z.number().int().optional(),
      period: count.optional(),
      cpus: z.string().optional(),
      mems: z.string().optional(),
    })
    .nullish(),
  memory: z
    .looseObject({
      limit: limit.optional(),
      reservation: limit.optional(),
      swap: limit.optional(),
      kernel: limit.optional(),
      swappiness: count.max(100).optional(),
    })
    .nullish(),
  pids: z.looseObject({ limit: z.number().int() }).nullish(),
  blockIO: z
    .looseObject({
      weight: count.min(10).max(1000, { error: "a weight is 10 to 1000" }).optional(),
      throttleReadBpsDevice: throttled,
      throttleWriteBpsDevice: throttled,
      throttleReadIOPSDevice: throttled,
      throttleWriteIOPSDevice: throttled,
    })
    .nullish(),
  unified: z
    .record(z.string(), z.string())
    .refine((files) => Object.keys(files).every((name) => /^[a-z]+\.[a-z0-9_.]+$/.test(name)), {
      error: "a file of a control group is named like memory.max",
    })
    .nullish(),
});
export type Resources = z.output<typeof resourcesSchema>;

/** A file of the group, and what is written to it; `from` is the member of the config that says so. */
export interface Setting {
  readonly from: string;
  readonly file: string;
  readonly text: string;
}

/** @throws DocumentError for values that contradict each other */
export function settingsOf(resources: Resources, where: string): Setting[] {
  return [
    ...memory(resources, where),
    ...cpu(resources),
    ...throttles(resources),
    ...(resources.pids ? numbered("pids.limit", "pids.max", Math.max(resources.pids.limit, -1)) : []),
    // Last, so that they have the last word.
    ...Object.entries(resources.unified ?? {}).map(([file, text]) => ({
      from: `unified.${file}`,
      file,
      text,
    })),
  ];
}

const numbered = (from: string, file: string, value: number | undefined): Setting[] =>
  value === undefined || value === 0 ? [] : [{ from, file, text: value === -1 ? "max" : `${value}` }];

function memory({ memory }: Resources, where: string): Setting[] {
  if (!memory) return [];
  return [
    ...swap(memory.swap ?? 0, memory.limit ?? 0, where),
    ...numbered("memory.limit", "memory.max", memory.limit),
    ...numbered("memory.reservation", "memory.low", memory.reservation),
  ];
}
/** Version 1 counted both together. */
function swap(both: number, limit: number, where: string): Setting[] {
  const from = "memory.swap";
  const refuse = (what: string, remedy: string): never => {
    throw new DocumentError(`${where}.${from}`, what, remedy);
  };
  if (limit === -1 && both === 0) return [{ from, file: "memory.swap.max", text: "max" }];
  if (both === -1 || both === 0) return numbered(from, "memory.swap.max", both);
  if (limit <= 0) refuse("it limits memory and swap together, and memory has no limit", "Set memory.limit.");
  if (both < limit) refuse("memory and swap together are less than memory alone", "Make it larger.");
  return [{ from, file: "memory.swap.max", text: `${both - limit}` }];
}

/** 2 … 262 144 shares become a weight of 1 … 10 000. */
export const weightOf = (shares: number): number => 1 + Math.floor(((shares - 2) * 9999) / 262_142);
const PERIOD = 100_000;

function cpu({ cpu }: Resources): Setting[] {
  const { shares = 0, quota = 0, period = 0 } = cpu ?? {};
  const settings: Setting[] = [];
  if (shares !== 0) settings.push({ from: "cpu.shares", file: "cpu.weight", text: `${weightOf(shares)}` });
  if (quota !== 0 || period !== 0)
    settings.push({
      from: "cpu.quota",
      file: "cpu.max",
      text: `${quota > 0 ? quota : "max"} ${period || PERIOD}`,
    });
  return settings;
}

const THROTTLES = {
  throttleReadBpsDevice: "rbps",
  throttleWriteBpsDevice: "wbps",
  throttleReadIOPSDevice: "riops",
  throttleWriteIOPSDevice: "wiops",
} as const;

function throttles({ blockIO }: Resources): Setting[] {
  return (Object.keys(THROTTLES) as (keyof typeof THROTTLES)[]).flatMap((name) =>
    (blockIO?.[name] ?? []).map(({ major, minor, rate }, i) => ({
      from: `blockIO.${name}[${i}]`,
      file: "io.max",
      text: `${major}:${minor} ${THROTTLES[name]}=${rate}`,
    })),
  );
}
