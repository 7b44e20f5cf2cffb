/** Operations on namespaces, and on what is in those of interprocess communication and time. */
import * as ipc from "../calls/ipc.ts";
import * as maps from "../calls/maps.ts";
import * as spaces from "../calls/namespaces.ts";
import * as net from "../calls/network.ts";
import { clock, setOffsets } from "../calls/time.ts";
import { mustBeIn, mustSee } from "../calls/trace.ts";
import { refuse } from "../errno.ts";
import { CLOCKS, type ClockName, type TimeSpan } from "../namespaces/time.ts";
import type { Task } from "../task.ts";
import { decode, encode, flags, kinds, type Operation, octal, quoted, yes } from "./operation.ts";

const key = (text: string) => (text === "private" ? 0 : Number(text));
function getOptions(words: string, mode: string): ipc.GetOptions {
  const list = flags(words);
  return { create: list.includes("creat"), exclusive: list.includes("excl"), mode: octal(mode) };
}

function msgstat(task: Task, id: number): string {
  const { key, mode, uid, gid, creator, creatorGroup, messages } = ipc.msgstat(task, id);
  return `key=${key} ${mode.toString(8)} ${uid}:${gid} ${creator}:${creatorGroup} messages=${messages}`;
}

/** "monotonic 10 0,boottime -5 0" */
function offsets(text: string): Map<ClockName, TimeSpan> {
  return new Map(
    text.split(",").map((line) => {
      const [name, seconds, nanoseconds] = line.split(" ");
      const clock = CLOCKS.find((one) => one === name) ?? refuse("EINVAL");
      if (Number(nanoseconds) > 999_999_999) refuse("EINVAL");
      return [clock, { seconds: Number(seconds), nanoseconds: Number(nanoseconds) }];
    }),
  );
}

/** To a thousand seconds, since the machine below a test has run for a while and the model has not. */
const thousands = ({ seconds }: TimeSpan) => Math.round(seconds / 1000) * 1000;

function same(task: Task, other: Task, kind: string): boolean {
  mustSee(task, other);
  mustBeIn(other, kind);
  const of = (one: Task) => ({
    ...one.namespaces,
    user: one.credentials.userNamespace,
    pid: one.pidNamespace,
    pid_for_children: one.namespaces.pidForChildren,
    time_for_children: one.namespaces.timeForChildren,
  });
  return of(task)[kind as spaces.Kind] === of(other)[kind as spaces.Kind];
}

const map = (text: string): maps.MapLine[] =>
  text.split(",").map((line) => {
    const [inner, outer, count] = line.split(" ").map(Number);
    return { inner: inner!, outer: outer!, count: count! };
  });

export const SPACES: Record<string, Operation> = {
  unshare: (t, [words]) => spaces.unshare(t, kinds(words!)),
  setns: (t, [name, words], named) => spaces.setns(t, named.task(name!), kinds(words!)),
  same: (t, [kind, name], named) => yes(same(t, named.task(name!), kind!)),
  uid_map: (t, [name, text], named) => maps.writeMap(t, named.task(name!), "uids", map(text!)),
  gid_map: (t, [name, text], named) => maps.writeMap(t, named.task(name!), "gids", map(text!)),
  "deny-setgroups": (t, [name], named) => maps.denySetgroups(t, named.task(name!)),
  sethostname: (t, [name]) => spaces.setHostname(t, name!),
  gethostname: (t) => quoted(spaces.hostname(t)),
  msgget: (t, [name, words, mode]) => ipc.msgget(t, key(name!), getOptions(words!, mode!)),
  msgsnd: (t, [id, type, text]) => ipc.msgsnd(t, Number(id), { type: Number(type), text: encode(text!) }),
  msgrcv: (t, [id, type]) => {
    const message = ipc.msgrcv(t, Number(id), Number(type));
    return `${message.type} ${quoted(decode(message.text))}`;
  },
  msgstat: (t, [id]) => msgstat(t, Number(id)),
  msgset: (t, [id, uid, gid, mode]) => ipc.msgset(t, Number(id), Number(uid), Number(gid), octal(mode!)),
  msgrm: (t, [id]) => ipc.msgrm(t, Number(id)),
  shmget: (t, [name, size, words, mode]) =>
    ipc.shmget(t, key(name!), Number(size), getOptions(words!, mode!)),
  shmwrite: (t, [id, text]) => ipc.shmat(t, Number(id), false).set(encode(text!)),
  shmread: (t, [id]) => quoted(decode(ipc.shmat(t, Number(id), true)).replace(/\0.*$/s, "")),
  shmrm: (t, [id]) => ipc.shmrm(t, Number(id)),
  veth: (t, [one, other]) => net.addVeth(t, [one!, other!]),
  links: (t) =>
    net
      .links(t)
      .map(({ index, name, up }) => `${index}:${name}:${up ? "up" : "down"}`)
      .join(" "),
  "link-up": (t, [name]) => net.setUp(t, name!, true),
  "link-down": (t, [name]) => net.setUp(t, name!, false),
  "link-rename": (t, [name, other]) => net.rename(t, name!, other!),
  "link-delete": (t, [name]) => net.remove(t, name!),
  "link-move": (t, [name, other], named) => net.move(t, name!, named.task(other!)),
  /** Long enough for what nobody uses any more to be gone; here it is so at once. */
  settle: () => {},
  listen: (t, [name]) => net.listen(t, name!),
  connect: (t, [name]) => net.connect(t, name!),
  clock: (t, [name]) => thousands(clock(t, name as ClockName)),
  timens_offsets: (t, [name, text], named) => setOffsets(t, named.task(name!), offsets(text!)),
};
