/** What of a config is right alone and wrong together. */
import { DocumentError } from "../document.ts";
import { cleaned } from "./paths.ts";
import { settingsOf } from "./resources.ts";
import { namespaceTypes, type RuntimeConfig } from "./schema.ts";
import { checkSeccomp } from "./seccomp.ts";

/** What it takes in namespaces, and for whose it would be without. */
const NEEDS: readonly {
  readonly place: string;
  readonly asked: (config: RuntimeConfig) => unknown;
  readonly type: "mount" | "uts" | "user" | "time";
  readonly what: string;
}[] = [
  {
    place: "hostname",
    asked: ({ hostname }) => hostname,
    type: "uts",
    what: "it would be the host's own name",
  },
  {
    place: "mounts",
    asked: ({ mounts, root }) => mounts?.length || root.readonly,
    type: "mount",
    what: "they would be the host's own",
  },
  {
    place: "linux.maskedPaths",
    asked: ({ linux }) => linux.maskedPaths?.length || linux.readonlyPaths?.length,
    type: "mount",
    what: "the host's own paths would be hidden",
  },
  {
    place: "linux.rootfsPropagation",
    asked: ({ linux }) => linux.rootfsPropagation,
    type: "mount",
    what: "it would be that of the host's own mounts",
  },
  {
    place: "linux.devices",
    asked: ({ linux }) => linux.devices?.length,
    type: "mount",
    what: "they would stay in the image's tree",
  },
  {
    place: "linux.uidMappings",
    asked: ({ linux }) => linux.uidMappings?.length || linux.gidMappings?.length,
    type: "user",
    what: "there is no user namespace that could have them",
  },
  {
    place: "linux.timeOffsets",
    asked: ({ linux }) => Object.keys(linux.timeOffsets ?? {}).length,
    type: "time",
    what: "the clocks would be the host's own",
  },
];

/** In /proc, files alone that tell of the machine: everything else there is the kernel's own word. */
const IN_PROC =
  /^\/proc\/(cpuinfo|diskstats|meminfo|stat|swaps|uptime|loadavg|slabinfo|net\/dev|sys\/kernel\/ns_last_pid)$/;

/** @throws DocumentError */
export function checkTogether(config: RuntimeConfig, where: string): void {
  const refuse = (place: string, what: string, remedy: string): never => {
    throw new DocumentError(`${where}: ${place}`, what, remedy);
  };
  const types = namespaceTypes(config);
  const { linux, mounts = [] } = config;
  const twice = types.find((type, i) => types.indexOf(type) < i);
  if (twice) refuse("linux.namespaces", `${twice} is there twice`, "Name each once.");
  for (const { place, asked, type, what } of NEEDS)
    if (asked(config) && !types.includes(type)) refuse(place, what, `Add a namespace of type ${type}.`);
  const made = linux.namespaces?.some(({ type, path }) => type === "user" && path === undefined);
  if (made && !(linux.uidMappings?.length && linux.gidMappings?.length))
    refuse(
      "linux.uidMappings",
      "nobody would have a name in the new user namespace",
      "Map users and groups.",
    );
  for (const [i, { destination, type }] of mounts.entries()) {
    const at = cleaned(destination);
    const isProc = at === "/proc" && type !== "proc";
    if (isProc || (at.startsWith("/proc/") && type !== "proc" && !IN_PROC.test(at)))
      refuse(
        `mounts[${i}].destination`,
        `${at} would hide what the kernel says`,
        "Mount it elsewhere, or leave it out.",
      );
  }
  for (const [i, { soft, hard }] of (config.process.rlimits ?? []).entries())
    if (soft > hard)
      refuse(
        `process.rlimits[${i}]`,
        `it is ${soft}, and must not be more than ${hard}`,
        "Lower soft, or raise hard.",
      );
  if (linux.resources) settingsOf(linux.resources, `${where}: linux.resources`);
  if (linux.seccomp) checkSeccomp(linux.seccomp, `${where}: linux.seccomp`);
}
