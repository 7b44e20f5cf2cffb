/** The devices that a container finds in /dev: config-linux.md "Default Devices" and "Devices". */
import { attempt } from "../errno.ts";
import { resolve } from "../fs/path.ts";
import type { Task } from "../task.ts";
import { cleaned } from "./paths.ts";
import type { RuntimeConfig } from "./schema.ts";

export interface Device {
  readonly path: string;
  readonly type: "character" | "block" | "fifo";
  readonly major: number;
  readonly minor: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

const memory = (name: string, minor: number): Device => ({
  path: `/dev/${name}`,
  type: "character",
  major: 1,
  minor,
  mode: 0o666,
  uid: 0,
  gid: 0,
});
/** Linux, Documentation/admin-guide/devices.txt. */
const DEFAULT: readonly Device[] = [
  memory("null", 3),
  memory("random", 8),
  memory("full", 7),
  { ...memory("tty", 0), major: 5 },
  memory("zero", 5),
  memory("urandom", 9),
];
const TYPES = { c: "character", u: "character", b: "block", p: "fifo" } as const;

/** None, if the host's /dev is shown there. */
export function devicesOf({ mounts = [], linux }: RuntimeConfig): Device[] {
  const isBind = ({ type, options = [] }: (typeof mounts)[number]) =>
    type === "bind" || options.includes("bind") || options.includes("rbind");
  if (mounts.some((one) => isBind(one) && cleaned(one.destination) === "/dev")) return [];
  const own = (linux.devices ?? []).map(({ path, type, major = 0, minor = 0, fileMode, uid, gid }) => ({
    path,
    type: TYPES[type],
    major,
    minor,
    mode: (fileMode ?? 0o666) & 0o777,
    uid: uid ?? 0,
    gid: gid ?? 0,
  }));
  return [...DEFAULT.filter(({ path }) => !own.some((one) => one.path === path)), ...own];
}

export function isMade(task: Task, path: string): boolean {
  const found = attempt(() => resolve(task, path).inode.device);
  return "value" in found && found.value !== undefined;
}
