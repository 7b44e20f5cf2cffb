/** Operations on capabilities, and on programs that have them. */

import { change, changeAmbient, dropBounding } from "../calls/capability-sets.ts";
import { ELF, exec } from "../calls/exec.ts";
import { open, write } from "../calls/files.ts";
import { geteuid, getgid, getuid } from "../calls/identity.ts";
import { getpid, getppid } from "../calls/processes.ts";
import { attach } from "../calls/seccomp.ts";
import { getxattr, setxattr } from "../calls/xattrs.ts";
import type { Capability } from "../capabilities.ts";
import { refuse } from "../errno.ts";
import { encode as encodeCapabilities, NAME } from "../fs/file-capabilities.ts";
import { WRITE } from "../fs/permission.ts";
import { SYSTEM_CALLS } from "../seccomp/numbers.ts";
import type { Task } from "../task.ts";
import { encode, flags, type Operation, octal, yes } from "./operation.ts";

type Sets = Parameters<typeof change>[3];
const inSet =
  (set: "effective" | "permitted" | "inheritable" | "ambient" | "bounding"): Operation =>
  (t, [name]) =>
    yes(t.credentials[set].has(name as Capability));
const changing =
  (present: boolean, ...sets: Sets): Operation =>
  (t, [name]) =>
    change(t, name as Capability, present, sets);

const set = (text: string) => new Set(flags(text) as Capability[]);
const hexadecimal = (bytes: Uint8Array) => [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");

function program(task: Task, path: string, mode: number): void {
  const file = open(task, path, { access: WRITE, create: true, exclusive: true, mode });
  write(task, file, 0, encode(ELF));
}

/** "code jt jf k,…" */
const instructions = (text: string) =>
  text.split(",").map((line) => {
    const [code, jt, jf, k] = line.trim().split(/\s+/).map(Number);
    return { code: code!, jt: jt!, jf: jf!, k: k! };
  });

/** Those that have no arguments, and so none that mean anything. */
function callByNumber(task: Task, number: number): number {
  const calls = Object.entries({ getpid, getppid, getuid, getgid, geteuid });
  const [, call] = calls.find(([name]) => SYSTEM_CALLS.get(name) === number) ?? refuse("ENOSYS");
  return call(task);
}

export const PRIVILEGES: Record<string, Operation> = {
  cap: inSet("effective"),
  permitted: inSet("permitted"),
  inheritable: inSet("inheritable"),
  "in-ambient": inSet("ambient"),
  "in-bounding": inSet("bounding"),
  drop: changing(false, "effective", "permitted", "inheritable"),
  lower: changing(false, "effective"),
  raise: changing(true, "effective"),
  inherit: changing(true, "inheritable"),
  disinherit: changing(false, "inheritable"),
  ambient: (t, [name]) => changeAmbient(t, name as Capability, true),
  unambient: (t, [name]) => changeAmbient(t, name as Capability, false),
  bounding: (t, [name]) => dropBounding(t, name as Capability),
  no_new_privs: (t) => {
    t.noNewPrivileges = true;
  },
  setcap: (t, [path, permitted, inheritable, effective, root]) =>
    setxattr(
      t,
      path!,
      NAME,
      encodeCapabilities({
        permitted: set(permitted!),
        inheritable: set(inheritable!),
        effective: effective === "yes",
        root: root === "-" ? undefined : Number(root),
      }),
    ),
  getcap: (t, [path]) => hexadecimal(getxattr(t, path!, NAME)),
  program: (t, [path, mode]) => program(t, path!, octal(mode!)),
  exec: (t, [path]) => exec(t, path!),
  call: (t, [number]) => callByNumber(t, Number(number)),
  seccomp: (t, [text]) => attach(t, instructions(text!)),
};
