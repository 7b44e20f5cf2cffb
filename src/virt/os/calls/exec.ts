/** execve(2), and the credentials of the new program: capabilities(7), "Transformation of capabilities during execve()". */
import { type Capability, type CapabilitySet, NONE } from "../capabilities.ts";
import type { Credentials } from "../credentials.ts";
import { refuse } from "../errno.ts";
import { decode, type FileCapabilities, NAME } from "../fs/file-capabilities.ts";
import type { Place } from "../fs/mount.ts";
import { resolve } from "../fs/path.ts";
import { EXECUTE, inGroup, mustAccess } from "../fs/permission.ts";
import type { Task } from "../task.ts";
import { isRootAbove } from "./file-capabilities.ts";
import { liveInTime } from "./namespaces.ts";

const SET_UID = 0o4000;
/** Set-group-ID with the group's execution. */
const SET_GID = 0o2010;
/** Of a file, as much as is looked at to see what it is. */
const HEAD = 256;
/** Interpreters of interpreters. */
const DEEPEST = 5;
/** How a program in the machine's own code begins: elf(5). */
export const ELF = "\x7fELF";

/** The process goes on in a new program, or stays as it was. */
export function exec(task: Task, path: string): void {
  const program = load(task, path, 0);
  task.credentials = transform(task, program);
  // time_namespaces(7): a new program sees the time that children would.
  task.namespaces = liveInTime(task.namespaces);
}

/** What in the end is loaded: a script's first line names it, and its rights count, not those of the script. */
function load(task: Task, path: string, depth: number): Place {
  const place = resolve(task, path);
  if (place.inode.type !== "file" || place.mount.flags.noExec) refuse("EACCES");
  mustAccess(task.credentials, place.inode, EXECUTE);
  if (depth > DEEPEST) refuse("ELOOP");
  const head = new TextDecoder("latin1").decode(place.inode.read(0, HEAD));
  if (head.startsWith(ELF)) return place;
  return load(task, interpreterOf(head), depth + 1);
}

/** The first word after "#!". No name at all is that of the working directory, which is no program. */
function interpreterOf(head: string): string {
  if (!head.startsWith("#!")) refuse("ENOEXEC");
  const end = head.indexOf("\n");
  const line = (end < 0 ? head.padEnd(HEAD, "\0").slice(0, HEAD - 1) : head.slice(0, end)).slice(2);
  const rest = line.replace(/^[ \t]+/, "");
  const [name] = /^[^ \t\0]*/.exec(rest)!;
  // Nothing on the line; or more than was read, and nobody knows how it goes on.
  if (rest === "" || (end < 0 && name === rest)) refuse("ENOEXEC");
  return name === "" ? "." : name;
}

const both = (a: CapabilitySet, b: CapabilitySet): CapabilitySet =>
  new Set([...a].filter((one) => b.has(one)));
const either = (a: CapabilitySet, b: CapabilitySet): CapabilitySet => new Set<Capability>([...a, ...b]);
const isSubset = (a: CapabilitySet, b: CapabilitySet): boolean => [...a].every((one) => b.has(one));

/** Whether set-id bits and capabilities of a file count at all: not on a mount without them, nor on one of a less privileged namespace. */
function counts(task: Task, { mount }: Place): boolean {
  const here = task.credentials.userNamespace;
  return !mount.flags.noSuid && task.namespaces.mnt.has(mount) && here.isWithin(mount.fs.userNamespace);
}

function fileCapabilities(task: Task, place: Place): FileCapabilities | undefined {
  const bytes = counts(task, place) ? place.inode.getXattr(NAME) : undefined;
  const file = bytes && (decode(bytes) ?? refuse("EINVAL"));
  const { userNamespace: there } = place.mount.fs;
  const root = file && there.kernelId(there.uids, file.root ?? 0);
  return root !== undefined && isRootAbove(task.credentials.userNamespace, root) ? file : undefined;
}

/** The ids by the set-id bits, if they have names in the user namespace. */
function setIds(task: Task, place: Place): Pick<Credentials, "euid" | "egid"> {
  const { euid, egid, userNamespace: here } = task.credentials;
  const { mode, uid, gid } = place.inode.attributes;
  if (!counts(task, place) || task.noNewPrivileges) return { euid, egid };
  if (here.ownId(here.uids, uid) === undefined || here.ownId(here.gids, gid) === undefined)
    return { euid, egid };
  return { euid: mode & SET_UID ? uid : euid, egid: (mode & SET_GID) === SET_GID ? gid : egid };
}

/** With the manual's letters: P the process, F the file, primes for afterwards. */
function transform(task: Task, place: Place): Credentials {
  const old = task.credentials;
  const here = old.userNamespace;
  let { euid, egid } = setIds(task, place);
  const file = fileCapabilities(task, place);

  // (P(inheritable) & F(inheritable)) | (F(permitted) & P(bounding))
  let permitted = file
    ? either(both(old.inheritable, file.inheritable), both(file.permitted, old.bounding))
    : NONE;
  let effective = file?.effective ?? false;
  // A program that does not know of capabilities gets all that its file says, or does not run.
  if (effective && !isSubset(file!.permitted, permitted)) refuse("EPERM");

  const root = here.kernelId(here.uids, 0);
  // A set-user-ID root program with capabilities of its own gets just these.
  if (!(file && euid === root && old.uid !== root)) {
    if (euid === root || old.uid === root) permitted = either(old.inheritable, old.bounding);
    if (euid === root) effective = true;
  }

  const changed = euid !== old.euid || !inGroup(old, egid);
  if (task.noNewPrivileges && (changed || !isSubset(permitted, old.permitted))) {
    [euid, egid] = [old.uid, old.gid];
    permitted = both(permitted, old.permitted);
  }
  const ambient = file || changed ? NONE : old.ambient;
  permitted = either(permitted, ambient);
  return {
    ...old,
    euid,
    suid: euid,
    egid,
    sgid: egid,
    permitted,
    ambient,
    effective: effective ? permitted : ambient,
  };
}
