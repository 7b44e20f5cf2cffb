/** What a config asks for that this kernel has nothing for, with the reason: nobody should take it for done. */

import { unknownCapabilities } from "./credentials.ts";
import type { Resources } from "./resources.ts";
import type { RuntimeConfig } from "./schema.ts";

export interface LeftOut {
  readonly what: string;
  readonly why: string;
}

const PROGRAMS = "no program runs here whose instructions it could act on";
const LIMITS = "a process has no limits of its own here, only those of its control group";
const LABELS = "there is no security module";
/** Members that are read by nobody, and why. */
const WITHOUT_COUNTERPART: readonly [(config: RuntimeConfig) => unknown, string, string][] = [
  [({ process }) => process.rlimits?.length, "process.rlimits", LIMITS],
  [({ process }) => process.apparmorProfile, "process.apparmorProfile", LABELS],
  [({ process }) => process.selinuxLabel, "process.selinuxLabel", LABELS],
  [({ linux }) => linux.mountLabel, "linux.mountLabel", LABELS],
  [
    ({ process }) => process.oomScoreAdj,
    "process.oomScoreAdj",
    "who is killed is the largest, whatever its score",
  ],
  [({ process }) => process.scheduler, "process.scheduler", "processes have no scheduling policies"],
  [({ process }) => process.ioPriority, "process.ioPriority", "requests have no priorities"],
  [({ linux }) => linux.sysctl && Object.keys(linux.sysctl).length, "linux.sysctl", "there is no /proc/sys"],
  [({ linux }) => linux.intelRdt, "linux.intelRdt", "caches are shared by all"],
  [({ linux }) => linux.personality, "linux.personality", PROGRAMS],
  [({ hooks }) => hooks && Object.keys(hooks).length, "hooks", PROGRAMS],
  [({ domainname }) => domainname, "domainname", "no call here shows it"],
];

export function leftOutOf(config: RuntimeConfig): LeftOut[] {
  const foreign = (config.linux.seccomp?.architectures ?? []).filter((one) => one !== "SCMP_ARCH_X86_64");
  return [
    ...unknownCapabilities(config).map((name) => ({
      what: `capability ${name}`,
      why: "this kernel does not know it",
    })),
    ...WITHOUT_COUNTERPART.filter(([asked]) => asked(config)).map(([, what, why]) => ({ what, why })),
    ...leftOutOfResources(config.linux.resources ?? {}),
    ...foreign.map((name) => ({
      what: `linux.seccomp.architectures ${name}`,
      why: "no program of it runs here",
    })),
  ];
}

/** Members that no controller here has anything for. */
function leftOutOfResources(resources: Resources): LeftOut[] {
  const without: [unknown, string, string][] = [
    [resources.cpu?.cpus || resources.cpu?.mems, "cpu.cpus and cpu.mems", "there is no cpuset controller"],
    [resources.blockIO?.weight, "blockIO.weight", "the disk has no scheduler that weighs"],
    [resources.memory?.kernel, "memory.kernel", "version 2 has no limit of its own for it"],
    [resources.memory?.swappiness, "memory.swappiness", "version 2 has none"],
    [(resources.devices as unknown[] | undefined)?.length, "devices", "no program decides on devices here"],
    [(resources.hugepageLimits as unknown[] | undefined)?.length, "hugepageLimits", "all pages are small"],
    [resources.network, "network", "packets have no classes"],
    [resources.rdma, "rdma", "there is no such device"],
  ];
  return without
    .filter(([asked]) => asked)
    .map(([, name, why]) => ({ what: `linux.resources.${name}`, why }));
}
