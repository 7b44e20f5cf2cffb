/** The options of a new tmpfs: tmpfs(5). */
import type { Credentials } from "../credentials.ts";
import { refuse } from "../errno.ts";
import type { Attributes } from "../fs/inode.ts";
import { HALF_OF_MEMORY, type Room } from "../fs/tmpfs.ts";

const SUFFIXES: Record<string, number> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };
const PAGE = 4096;

/** 0 is no limit. */
function amount(text: string): number {
  const [, digits, suffix] = /^(\d+)([kmg]?)$/i.exec(text) ?? refuse("EINVAL");
  return Number(digits) * SUFFIXES[suffix!.toLowerCase()]! || Number.POSITIVE_INFINITY;
}
const number = (text: string, pattern: RegExp, radix: number): number =>
  pattern.test(text) ? Number.parseInt(text, radix) : refuse("EINVAL");

export function tmpfsOptions(who: Credentials, data: string): Attributes & { room: Room } {
  const { userNamespace: here } = who;
  let attributes: Attributes = { mode: 0o1777, uid: who.euid, gid: who.egid };
  let room: Room = HALF_OF_MEMORY;
  for (const option of data.split(",").filter(Boolean)) {
    const [name, value = ""] = option.split("=", 2) as [string, string | undefined];
    // In whole pages, of which the last is given too.
    if (name === "size") room = { ...room, size: Math.ceil(amount(value) / PAGE) * PAGE };
    else if (name === "nr_inodes") room = { ...room, inodes: amount(value) };
    else if (name === "mode") attributes = { ...attributes, mode: number(value, /^[0-7]+$/, 8) & 0o7777 };
    else if (name === "uid")
      attributes = {
        ...attributes,
        uid: here.kernelId(here.uids, number(value, /^\d+$/, 10)) ?? refuse("EINVAL"),
      };
    else if (name === "gid")
      attributes = {
        ...attributes,
        gid: here.kernelId(here.gids, number(value, /^\d+$/, 10)) ?? refuse("EINVAL"),
      };
    else refuse("EINVAL");
  }
  return { ...attributes, room };
}
