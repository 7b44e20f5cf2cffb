/** The files of a group: cgroup-v2.rst "Core Interface Files", and those of its controllers. */
import { refuse } from "../errno.ts";
import type { Attributes } from "../fs/attributes.ts";
import { type Cgroup, CONTROLLERS, type Controller, type Process } from "./cgroup.ts";
import { handOut, migrate } from "./control.ts";
import type { ControlFile } from "./control-file.ts";
import { CPU_FILES } from "./controllers/cpu-files.ts";
import { IO_FILES } from "./controllers/io-files.ts";
import { MEMORY_FILES } from "./controllers/memory-files.ts";
import { PIDS_FILES } from "./controllers/pids-files.ts";
import { makeThreaded, typeOf } from "./threads.ts";
import { integer, limit } from "./words.ts";

const inOrder = (controllers: Iterable<Controller>): string => {
  const there = new Set(controllers);
  return there.size === 0 ? "" : lines([CONTROLLERS.filter((one) => there.has(one)).join(" ")]);
};
const lines = (all: readonly (string | number)[]): string => all.map((one) => `${one}\n`).join("");

function numbers(members: Iterable<Process>, by: Process): string {
  return lines([...members].map((process) => by.pidNamespace.pidOf(process)));
}
/** Of a threaded subtree's root: also those below, whose resources are its own. */
function* processes(cgroup: Cgroup): Generator<Process> {
  for (const one of cgroup.all()) if (one.domain === cgroup) yield* one.members;
}
function most(text: string): number {
  if (text === "max") return Number.POSITIVE_INFINITY;
  const value = integer(text);
  return value < 0 ? refuse("ERANGE") : value;
}
const zeroOrOne = (text: string): boolean => {
  const value = integer(text);
  return value === 0 || value === 1 ? value === 1 : refuse("ERANGE");
};

const CORE: readonly ControlFile[] = [
  {
    name: "cgroup.procs",
    mode: 0o644,
    top: true,
    delegated: true,
    read: (cgroup, by) => (cgroup.domain === cgroup ? numbers(processes(cgroup), by) : refuse("EOPNOTSUPP")),
    write: (cgroup, text, by) => migrate(cgroup, text, by, true),
  },
  {
    name: "cgroup.threads",
    mode: 0o644,
    top: true,
    delegated: true,
    read: (cgroup, by) => numbers(cgroup.members, by),
    write: (cgroup, text, by) => migrate(cgroup, text, by, false),
  },
  { name: "cgroup.controllers", mode: 0o444, top: true, read: (cgroup) => inOrder(cgroup.controllers) },
  {
    name: "cgroup.subtree_control",
    mode: 0o644,
    top: true,
    delegated: true,
    read: (cgroup) => inOrder(cgroup.subtreeControl),
    write: (cgroup, text, by) => {
      const { enabled, disabled } = handOut(cgroup, text);
      for (const child of cgroup.children.values()) {
        for (const { name, controller } of ALL)
          if (controller && disabled.includes(controller)) child.nodes.delete(name);
        const { euid: uid, egid: gid } = by.credentials;
        for (const { name, mode, controller } of ALL)
          if (controller && enabled.includes(controller)) child.nodes.set(name, { mode, uid, gid });
      }
    },
  },
  {
    name: "cgroup.events",
    mode: 0o444,
    read: (cgroup) => lines([`populated ${+cgroup.populated}`, `frozen ${+cgroup.frozen}`]),
  },
  {
    name: "cgroup.type",
    mode: 0o644,
    read: (cgroup) => lines([typeOf(cgroup)]),
    write: (cgroup, text) => (text === "threaded" ? makeThreaded(cgroup) : refuse("EINVAL")),
  },
  {
    name: "cgroup.max.depth",
    mode: 0o644,
    top: true,
    read: (cgroup) => lines([limit(cgroup.maxDepth)]),
    write: (cgroup, text) => {
      cgroup.maxDepth = most(text);
    },
  },
  {
    name: "cgroup.max.descendants",
    mode: 0o644,
    top: true,
    read: (cgroup) => lines([limit(cgroup.maxDescendants)]),
    write: (cgroup, text) => {
      cgroup.maxDescendants = most(text);
    },
  },
  {
    name: "cgroup.freeze",
    mode: 0o644,
    read: (cgroup) => lines([+cgroup.freeze]),
    write: (cgroup, text) => {
      cgroup.freeze = zeroOrOne(text);
    },
  },
  {
    name: "cgroup.kill",
    mode: 0o200,
    write: (cgroup, text, by) => {
      if (integer(text) !== 1) refuse("ERANGE");
      if (cgroup.domain !== cgroup) refuse("EOPNOTSUPP");
      for (const one of [...cgroup.all()])
        for (const process of [...one.members]) cgroup.kernel.kill(process, by);
    },
  },
];

const ALL: readonly ControlFile[] = [...CORE, ...CPU_FILES, ...IO_FILES, ...MEMORY_FILES, ...PIDS_FILES];
const BY_NAME = new Map(ALL.map((file) => [file.name, file]));

export const controlFile = (name: string): ControlFile => BY_NAME.get(name)!;

/** A new group's directory and files: whoever made it owns them. */
export function populate(cgroup: Cgroup, directory: Attributes): void {
  const { uid, gid } = directory;
  cgroup.nodes.set("", directory);
  for (const { name, mode, top, controller } of ALL)
    if (controller ? cgroup.parent?.subtreeControl.has(controller) : cgroup.parent || top)
      cgroup.nodes.set(name, { mode, uid, gid });
}
