/**
 * From a path to a place: path_resolution(7). Every directory on the way must be searchable, mounts are entered, symbolic links followed,
 * and ".." stops at the task's root.
 */
import type { Credentials } from "../credentials.ts";
import { refuse } from "../errno.ts";
import { above, enterMounts, liesBelow, type Place, same } from "./mount.ts";
import { EXECUTE, mustAccess } from "./permission.ts";

/** What of a task decides where a path leads. */
export interface Walker {
  readonly root: Place;
  readonly cwd: Place;
  readonly credentials: Credentials;
}

/** path_resolution(7): 40 symbolic links on the way, then ELOOP. */
export const MOST_LINKS = 40;
const LONGEST_PATH = 4096;
const LONGEST_NAME = 255;

/** The last name of a path and the directory that it is to be looked up in; `name` is "." or ".." or undefined ("/") too. */
export interface Parent {
  readonly directory: Place;
  readonly name: string | undefined;
  /** The path ended in a slash, so it means a directory. */
  readonly slash: boolean;
}

function mustBeShort(name: string): void {
  if (new TextEncoder().encode(name).length > LONGEST_NAME) refuse("ENAMETOOLONG");
}

class Walk {
  private links = 0;
  private readonly who: Walker;

  constructor(who: Walker) {
    this.who = who;
  }

  /** Up to the last name. */
  parent(path: string, from: Place): Parent {
    if (path === "") refuse("ENOENT");
    if (new TextEncoder().encode(path).length >= LONGEST_PATH) refuse("ENAMETOOLONG");
    const names = path.split("/").filter((name) => name !== "");
    const last = names.pop();
    let at = path.startsWith("/") ? this.who.root : from;
    for (const name of names) at = this.step(at, name, true);
    if (at.inode.type !== "directory") refuse("ENOTDIR");
    return { directory: at, name: last, slash: path.endsWith("/") };
  }

  place(path: string, from: Place, follow: boolean): Place {
    const { directory, name, slash } = this.parent(path, from);
    const at = name === undefined ? directory : this.step(directory, name, follow || slash);
    if (slash && at.inode.type !== "directory") refuse("ENOTDIR");
    return at;
  }

  private up(at: Place): Place {
    const up = above(at, this.who.root) ?? at;
    // A bind mount whose directory was moved away from under its top: nobody gets out there.
    const { mount, inode } = up;
    if (mount.root !== mount.fs.root && !liesBelow(inode, mount.root)) refuse("ENOENT");
    return up;
  }

  private step(at: Place, name: string, follow: boolean): Place {
    const { root, credentials } = this.who;
    if (at.inode.type !== "directory") refuse("ENOTDIR");
    mustAccess(credentials, at.inode, EXECUTE);
    if (name === ".") return at;
    if (name === "..") return enterMounts(same(at, root) ? at : this.up(at));
    mustBeShort(name);
    const inode = at.inode.lookup(name) ?? refuse("ENOENT");
    if (inode.type !== "symlink" || !follow) return enterMounts({ mount: at.mount, inode });
    if (++this.links > MOST_LINKS) refuse("ELOOP");
    return this.place(inode.target, at, true);
  }
}

/** The place that a path means; a symbolic link at its end is followed or not. */
export const resolve = (who: Walker, path: string, follow = true): Place =>
  new Walk(who).place(path, who.cwd, follow);

/** For calls that make, move or remove a name. */
export function resolveParent(who: Walker, path: string): Parent {
  const parent = new Walk(who).parent(path, who.cwd);
  mustAccess(who.credentials, parent.directory.inode, EXECUTE);
  mustBeShort(parent.name ?? "");
  return parent;
}

/** The path of a place from a root, as getcwd(2) gives it. */
export function pathOf(place: Place, root: Place): string {
  const names: string[] = [];
  let at = place;
  let reached = true;
  while (!same(at, root)) {
    if (at.inode === at.mount.root) {
      if (at.mount.at) {
        at = at.mount.at;
        continue;
      }
      reached = false;
      break;
    }
    const { parent } = at.inode;
    // It was moved out of the mount that one came through: not even the names lead anywhere.
    if (parent === at.inode) return "(unreachable)/";
    names.unshift(parent.names().find((one) => parent.lookup(one) === at.inode)!);
    at = { mount: at.mount, inode: parent };
  }
  return `${reached ? "" : "(unreachable)"}/${names.join("/")}`;
}
