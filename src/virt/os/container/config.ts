/** What a container is to be: OCI runtime-spec 1.1, config.md and config-linux.md, a bundle's config.json. */
import { z } from "zod";
import { CAPABILITIES, type Capability } from "../capabilities.ts";
import { DocumentError, parseDocument } from "../document.ts";

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
  seccomp: z.looseObject({ defaultAction: z.string() }).nullish(),
  resources: z.looseObject({}).nullish(),
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

/** @throws DocumentError */
export function parseConfig(text: string, where = "config.json"): RuntimeConfig {
  const config = parseDocument(runtimeConfigSchema, text, where);
  checkTogether(config, where);
  return config;
}

/** What is right alone and wrong together. */
function checkTogether(config: RuntimeConfig, where: string): void {
  const refuse = (place: string, what: string, remedy: string): never => {
    throw new DocumentError(`${where}: ${place}`, what, remedy);
  };
  const types = namespaceTypes(config);
  const { linux, hostname } = config;
  const twice = types.find((type, i) => types.indexOf(type) < i);
  if (twice) refuse("linux.namespaces", `${twice} is there twice`, "Name each once.");
  if (hostname !== undefined && !types.includes("uts"))
    refuse("hostname", "it would be the host's own name", "Add a namespace of type uts.");
  if (!types.includes("mount") && (config.mounts?.length || config.root.readonly))
    refuse("mounts", "they would be the host's own", "Add a namespace of type mount.");
  const paths = [...(linux.maskedPaths ?? []), ...(linux.readonlyPaths ?? [])];
  if (paths.length > 0 && !types.includes("mount"))
    refuse("linux.maskedPaths", "the host's own paths would be hidden", "Add a namespace of type mount.");
  const mapped = (linux.uidMappings ?? []).length + (linux.gidMappings ?? []).length > 0;
  if (mapped && !types.includes("user"))
    refuse(
      "linux.uidMappings",
      "there is no user namespace that could have them",
      "Add a namespace of type user.",
    );
  const made = linux.namespaces?.some(({ type, path }) => type === "user" && path === undefined);
  if (made && !(linux.uidMappings?.length && linux.gidMappings?.length))
    refuse(
      "linux.uidMappings",
      "nobody would have a name in the new user namespace",
      "Map users and groups.",
    );
}

/** Capabilities by the names of capabilities(7); those that nobody knows are left out and named, as config.md wants it. */
export function capabilitiesOf(names: readonly string[] = []): { known: Set<Capability>; unknown: string[] } {
  const known = new Set<Capability>();
  const unknown: string[] = [];
  for (const name of names) {
    const found = CAPABILITIES.find((capability) => name === `CAP_${capability}`);
    if (found) known.add(found);
    else unknown.push(name);
  }
  return { known, unknown };
}
