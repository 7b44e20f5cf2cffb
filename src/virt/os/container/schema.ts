/** What a container is to be: OCI runtime-spec 1.1, config.md and config-linux.md, a bundle's config.json. */
import { z } from "zod";
import { PROPAGATION_WORDS } from "./options.ts";
import { resourcesSchema } from "./resources.ts";
import { seccompSchema } from "./seccomp.ts";

/** config-linux.md, "Namespaces" */
export const NAMESPACES = ["pid", "network", "mount", "ipc", "uts", "user", "cgroup", "time"] as const;
export type NamespaceType = (typeof NAMESPACES)[number];

const absolute = z.string().regex(/^\//, { error: "must be an absolute path" });
const id = z
  .int()
  .min(0)
  .max(2 ** 32 - 1);
const words = z.array(z.string());
/** getrlimit(2) */
const RLIMITS =
  /^RLIMIT_(AS|CORE|CPU|DATA|FSIZE|LOCKS|MEMLOCK|MSGQUEUE|NICE|NOFILE|NPROC|RSS|RTPRIO|RTTIME|SIGPENDING|STACK)$/;

const capabilities = z.looseObject({
  bounding: words.optional(),
  effective: words.optional(),
  permitted: words.optional(),
  inheritable: words.optional(),
  ambient: words.optional(),
});

const processSchema = z.looseObject({
  terminal: z.boolean().optional(),
  user: z
    .looseObject({ uid: id, gid: id, umask: id.optional(), additionalGids: z.array(id).optional() })
    .default({ uid: 0, gid: 0 }),
  args: words.min(1, { error: "there is nothing to run" }),
  env: words.optional(),
  cwd: absolute,
  capabilities: capabilities.optional(),
  noNewPrivileges: z.boolean().optional(),
  rlimits: z
    .array(
      z.looseObject({
        type: z.string().regex(RLIMITS, { error: "not a limit that getrlimit(2) knows" }),
        soft: z.number().nonnegative(),
        hard: z.number().nonnegative(),
      }),
    )
    .optional(),
});

const mapping = z.looseObject({
  containerID: id,
  hostID: id,
  size: z
    .int()
    .min(1)
    .max(2 ** 32 - 1),
});
export type Mapping = z.output<typeof mapping>;

const mountSchema = z.looseObject({
  destination: absolute,
  type: z.string().optional(),
  source: z.string().optional(),
  options: words.optional(),
});
export type ContainerMount = z.output<typeof mountSchema>;

const deviceSchema = z.looseObject({
  path: absolute,
  type: z.enum(["c", "b", "u", "p"], { error: "a device is of type c, b, u or p" }),
  major: id.optional(),
  minor: id.optional(),
  fileMode: z.int().min(0).max(0o7777).optional(),
  uid: id.optional(),
  gid: id.optional(),
});
/** time_namespaces(7) */
const offset = z.looseObject({
  secs: z.int().optional(),
  nanosecs: z.int().min(0).max(999_999_999, { error: "a second has fewer nanoseconds" }).optional(),
});

const linuxSchema = z.looseObject({
  namespaces: z
    .array(
      z.looseObject({
        type: z.enum(NAMESPACES, { error: `no such namespace; there are ${NAMESPACES.join(", ")}` }),
        path: absolute.optional(),
      }),
    )
    .optional(),
  uidMappings: z.array(mapping).optional(),
  gidMappings: z.array(mapping).optional(),
  maskedPaths: z.array(absolute).nullish(),
  readonlyPaths: z.array(absolute).nullish(),
  rootfsPropagation: z
    .enum(PROPAGATION_WORDS, { error: `no such propagation; there are ${PROPAGATION_WORDS.join(", ")}` })
    .optional(),
  devices: z.array(deviceSchema).nullish(),
  timeOffsets: z
    .partialRecord(
      z.enum(["monotonic", "boottime"], { error: "no clock that counts from the start" }),
      offset,
    )
    .optional(),
  seccomp: seccompSchema.nullish(),
  cgroupsPath: z.string().min(1, { error: "it names no group" }).optional(),
  resources: resourcesSchema.nullish(),
});

export const runtimeConfigSchema = z.looseObject({
  ociVersion: z.string().regex(/^1\.\d+\.\d+/, { error: "this reads version 1 of the specification" }),
  root: z.looseObject({ path: z.string().min(1), readonly: z.boolean().optional() }),
  process: processSchema,
  hostname: z.string().max(64, { error: "a host name has 64 characters at most" }).optional(),
  mounts: z.array(mountSchema).optional(),
  linux: linuxSchema.default({}),
  annotations: z.record(z.string(), z.string()).optional(),
});
export type RuntimeConfig = z.output<typeof runtimeConfigSchema>;

export const namespaceTypes = ({ linux }: RuntimeConfig): NamespaceType[] =>
  (linux.namespaces ?? []).map(({ type }) => type);
