/** The options of a mount in a config, config.md "Linux mount options": flags of the mount, its propagation, and what its file system reads. */
import { PROPAGATIONS, type Propagation } from "../fs/peers.ts";

/** A flag as mount(2) has it, which an option sets or clears. */
const FLAGS: Record<string, readonly [string, boolean]> = {
  ro: ["ro", true],
  rw: ["ro", false],
  nosuid: ["nosuid", true],
  suid: ["nosuid", false],
  nodev: ["nodev", true],
  dev: ["nodev", false],
  noexec: ["noexec", true],
  exec: ["noexec", false],
};
/** Of times, caches and locks, none of which are here. */
const WITHOUT_EFFECT = new Set(
  [
    "defaults",
    "async",
    "sync",
    "dirsync",
    "remount",
    "acl",
    "noacl",
    "mand",
    "nomand",
    "silent",
    "loud",
  ].concat(
    ["atime", "diratime", "iversion", "lazytime", "relatime", "strictatime"].flatMap((one) => [
      one,
      `no${one}`,
    ]),
  ),
);

export interface MountOptions {
  /** As mount(2) has them. */
  readonly flags: ReadonlySet<string>;
  readonly bind: "bind" | "rbind" | undefined;
  readonly propagations: readonly { readonly type: Propagation; readonly recursive: boolean }[];
  /** For the file system. */
  readonly data: string;
}

export const PROPAGATION_WORDS = PROPAGATIONS.flatMap((one) => [one, `r${one}` as const]);

export function propagationOf(word: string): MountOptions["propagations"][number] | undefined {
  const type = PROPAGATIONS.find((one) => one === word || `r${one}` === word);
  return type && { type, recursive: type !== word };
}

/** Of options that contradict each other the last counts. */
export function parseOptions(options: readonly string[] = []): MountOptions {
  const flags = new Set<string>();
  const data: string[] = [];
  let bind: MountOptions["bind"];
  for (const option of options) {
    const [flag, set] = Object.hasOwn(FLAGS, option) ? FLAGS[option]! : [];
    if (flag !== undefined) flags[set ? "add" : "delete"](flag);
    else if (option === "bind" || option === "rbind") bind = option;
    else if (!propagationOf(option) && !WITHOUT_EFFECT.has(option)) data.push(option);
  }
  const propagations = options.flatMap((option) => propagationOf(option) ?? []);
  return { flags, bind, propagations, data: data.join(",") };
}
