/**
 * The first process of a container, with the namespaces that its config names: runc's libcontainer/nsenter. Who enters a PID namespace, or
 * has offsets of time to set, lives there only through its children, so that there is one process in between.
 *
 *     engine ──clone──▶ between: setns, unshare, maps ──clone, CLONE_PARENT──▶ first
 */
import { setgid, setgroups, setuid } from "../calls/identity.ts";
import { denySetgroups, type MapLine, writeMap } from "../calls/maps.ts";
import { KINDS, type Kind, setns, unshare } from "../calls/namespaces.ts";
import { clone, end, wait } from "../calls/processes.ts";
import { setOffsets } from "../calls/time.ts";
import { DocumentError } from "../document.ts";
import type { ClockName, TimeSpan } from "../namespaces/time.ts";
import { capable } from "../namespaces/user.ts";
import type { Task } from "../task.ts";
import type { Mapping, NamespaceType, RuntimeConfig } from "./schema.ts";
import type { Step } from "./step.ts";

/** config-linux.md "Namespaces" by the names of /proc/PID/ns. */
const KIND: Record<NamespaceType, Kind> = {
  mount: "mnt",
  network: "net",
  pid: "pid",
  ipc: "ipc",
  uts: "uts",
  user: "user",
  cgroup: "cgroup",
  time: "time",
};

interface Wanted {
  readonly kind: Kind;
  readonly type: NamespaceType;
  readonly path?: string | undefined;
}
/** In the order in which one enters several: a user namespace first. */
const wanted = ({ linux }: RuntimeConfig): Wanted[] =>
  (linux.namespaces ?? [])
    .map(({ type, path }) => ({ kind: KIND[type], type, path }))
    .sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));

const isNew = (config: RuntimeConfig, kind: Kind): boolean =>
  wanted(config).some((one) => one.kind === kind && one.path === undefined);

/** All but a new cgroup namespace, whose top is where the process is put first. */
export function bear(engine: Task, config: RuntimeConfig, step: Step): Task {
  const between = clone(engine, []);
  try {
    for (const one of wanted(config))
      if (one.path !== undefined)
        step(`linux.namespaces: ${one.path}`, () =>
          setns(between, holder(engine, one, one.path!, step.id), [one.kind]),
        );
    if (isNew(config, "user")) {
      step("a new user namespace", () => unshare(between, ["user"]));
      mapIds(engine, between, config, step);
    }
    if (wanted(config).some(({ kind }) => kind === "user")) becomeRoot(between, step);
    const fresh = KINDS.filter((kind) => kind !== "user" && kind !== "cgroup" && isNew(config, kind));
    step("new namespaces", () => unshare(between, fresh));
    const offsets = offsetsOf(config);
    if (offsets.size > 0) step("linux.timeOffsets", () => setOffsets(between, between, offsets));
    return step("the first process", () => sibling(between));
  } finally {
    end(between, { exit: 0 });
    if (between.parent === engine) wait(engine, engine.pidNamespace.pidOf(between));
  }
}

/** Once it is in its control group. */
export function enterCgroupNamespace(task: Task, config: RuntimeConfig, step: Step): void {
  if (isNew(config, "cgroup")) step("a new cgroup namespace", () => unshare(task, ["cgroup"]));
}

/** clone(2) with CLONE_PARENT: a child of whoever bore the caller. */
function sibling(task: Task): Task {
  const child = clone(task, []);
  task.children.delete(child);
  task.parent!.children.add(child);
  child.parent = task.parent;
  return child;
}

/** proc(5): /proc/PID/ns/KIND */
function holder(engine: Task, { kind, type }: Wanted, path: string, id: string): Task {
  const [, pid, named] = /^\/proc\/(\d+)\/ns\/([a-z]+)$/.exec(path) ?? [];
  const task = engine.pidNamespace.find(Number(pid));
  if (task?.state.kind === "running" && named === kind) return task;
  throw new DocumentError(
    `${id}: linux.namespaces`,
    `${path} is no ${type} namespace`,
    `Name /proc/PID/ns/${kind} of a process that is there.`,
  );
}

function mapIds(engine: Task, task: Task, config: RuntimeConfig, step: Step): void {
  const { uidMappings = [], gidMappings = [] } = config.linux;
  const lines = (mappings: readonly Mapping[]): MapLine[] =>
    mappings.map(({ containerID, hostID, size }) => ({ inner: containerID, outer: hostID, count: size }));
  // user_namespaces(7): who has no power over groups may map the own one alone, and gives up setgroups for it.
  const { credentials } = engine;
  if (!capable(credentials, credentials.userNamespace, "SETGID")) denySetgroups(engine, task);
  step("linux.uidMappings", () => writeMap(engine, task, "uids", lines(uidMappings)));
  step("linux.gidMappings", () => writeMap(engine, task, "gids", lines(gidMappings)));
}

function becomeRoot(task: Task, step: Step): void {
  step("root of the user namespace", () => {
    setgid(task, 0);
    setuid(task, 0);
    if (task.credentials.userNamespace.setgroupsAllowed) setgroups(task, []);
  });
}

function offsetsOf({ linux }: RuntimeConfig): Map<ClockName, TimeSpan> {
  const offsets = Object.entries(linux.timeOffsets ?? {});
  return new Map(
    offsets.map(([clock, { secs = 0, nanosecs = 0 }]) => [
      clock as ClockName,
      { seconds: secs, nanoseconds: nanosecs },
    ]),
  );
}
