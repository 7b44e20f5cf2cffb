/** Message queues and shared memory of System V: msgget(2), msgop(2), msgctl(2), shmget(2), shmop(2), shmctl(2). Nobody waits here: IPC_NOWAIT. */
import type { Credentials } from "../credentials.ts";
import { refuse } from "../errno.ts";
import { inGroup } from "../fs/permission.ts";
import {
  type IpcObject,
  type IpcTable,
  type Message,
  type MessageQueue,
  PRIVATE_KEY,
  type SharedMemory,
} from "../namespaces/ipc.ts";
import { capable } from "../namespaces/user.ts";
import type { Task } from "../task.ts";

/** /proc/sys/kernel/msgmax and msgmnb: the bytes of a message, and of all that lie in a queue. */
const MOST_MESSAGE = 8192;
const MOST_QUEUED = 16_384;
/** Real memory is what this model has: no segment is larger, in bytes. */
const MOST_MEMORY = 1 << 24;
const READ = 0o444;
const WRITE = 0o222;

export interface GetOptions {
  readonly create: boolean;
  readonly exclusive: boolean;
  /** For a new one its mode; for one that is there, what is asked of it. */
  readonly mode: number;
}

/** sysvipc(7), "struct ipc_perm": some of the nine bits of `wanted`, whoever they are for, must be the caller's. */
function mustBeGranted(task: Task, object: IpcObject, wanted: number): void {
  const who = task.credentials;
  const { mode, uid, creator, gid, creatorGroup } = object;
  const owner = who.euid === uid || who.euid === creator;
  const granted = owner ? mode >> 6 : inGroup(who, gid) || inGroup(who, creatorGroup) ? mode >> 3 : mode;
  const asked = ((wanted >> 6) | (wanted >> 3) | wanted) & 7;
  if ((asked & ~granted) === 0) return;
  if (!capable(who, task.namespaces.ipc.userNamespace, "IPC_OWNER")) refuse("EACCES");
}

function mustControl(task: Task, object: IpcObject): void {
  const who = task.credentials;
  if (who.euid === object.uid || who.euid === object.creator) return;
  if (!capable(who, task.namespaces.ipc.userNamespace, "SYS_ADMIN")) refuse("EPERM");
}

const owned = ({ euid, egid }: Credentials) => ({
  creator: euid,
  creatorGroup: egid,
  uid: euid,
  gid: egid,
});

function get<T extends IpcObject>(
  task: Task,
  table: IpcTable<T>,
  key: number,
  { create, exclusive, mode }: GetOptions,
  make: (common: IpcObject) => T,
  check: (object: T) => void = () => {},
): number {
  const there = table.find(key);
  if (there) {
    if (create && exclusive) refuse("EEXIST");
    check(there);
    mustBeGranted(task, there, mode);
    return there.id;
  }
  if (!create && key !== PRIVATE_KEY) refuse("ENOENT");
  return table.add((id) => make({ id, key, ...owned(task.credentials), mode: mode & 0o777 })).id;
}

export const msgget = (task: Task, key: number, options: GetOptions): number =>
  get<MessageQueue>(task, task.namespaces.ipc.queues, key, options, (common) => ({
    ...common,
    messages: [],
  }));

export function msgsnd(task: Task, id: number, message: Message): void {
  const size = message.text.length;
  if (size > MOST_MESSAGE || message.type < 1) refuse("EINVAL");
  const queue = task.namespaces.ipc.queues.get(id);
  mustBeGranted(task, queue, WRITE);
  const queued = queue.messages.reduce((sum, { text }) => sum + text.length, 0);
  if (queued + size > MOST_QUEUED || queue.messages.length + 1 > MOST_QUEUED) refuse("EAGAIN");
  queue.messages.push(message);
}

/** `type` 0 takes the first of all, a positive one the first of its type, a negative one the first of the lowest type up to −type. */
export function msgrcv(task: Task, id: number, type: number): Message {
  const queue = task.namespaces.ipc.queues.get(id);
  mustBeGranted(task, queue, READ);
  const { messages } = queue;
  const fit = messages.filter((one) =>
    type === 0 ? true : type > 0 ? one.type === type : one.type <= -type,
  );
  const lowest = Math.min(...fit.map((one) => one.type));
  const message = (type < 0 ? fit.find((one) => one.type === lowest) : fit[0]) ?? refuse("ENOMSG");
  messages.splice(messages.indexOf(message), 1);
  return message;
}

/** IPC_STAT: ids as the caller's user namespace names them. */
export function msgstat(task: Task, id: number) {
  const queue = task.namespaces.ipc.queues.get(id);
  mustBeGranted(task, queue, READ);
  const { userNamespace: ns } = task.credentials;
  return {
    key: queue.key,
    mode: queue.mode,
    uid: ns.shownUid(queue.uid),
    gid: ns.shownGid(queue.gid),
    creator: ns.shownUid(queue.creator),
    creatorGroup: ns.shownGid(queue.creatorGroup),
    messages: queue.messages.length,
  };
}

/** IPC_SET */
export function msgset(task: Task, id: number, uid: number, gid: number, mode: number): void {
  const queue = task.namespaces.ipc.queues.get(id);
  mustControl(task, queue);
  const { userNamespace: ns } = task.credentials;
  const owner = ns.kernelId(ns.uids, uid) ?? refuse("EINVAL");
  const group = ns.kernelId(ns.gids, gid) ?? refuse("EINVAL");
  Object.assign(queue, { uid: owner, gid: group, mode: mode & 0o777 });
}

function remove<T extends IpcObject>(task: Task, table: IpcTable<T>, id: number): void {
  const object = table.get(id);
  mustControl(task, object);
  table.remove(object);
}
export const msgrm = (task: Task, id: number): void => remove(task, task.namespaces.ipc.queues, id);
export const shmrm = (task: Task, id: number): void => remove(task, task.namespaces.ipc.memory, id);

export function shmget(task: Task, key: number, size: number, options: GetOptions): number {
  const make = (common: IpcObject): SharedMemory => {
    if (size < 1) refuse("EINVAL");
    if (size > MOST_MEMORY) refuse("ENOMEM");
    return { ...common, bytes: new Uint8Array(size) };
  };
  return get<SharedMemory>(task, task.namespaces.ipc.memory, key, options, make, ({ bytes }) => {
    if (size > bytes.length) refuse("EINVAL");
  });
}

/** The memory itself, as shmat(2) puts it into a process. */
export function shmat(task: Task, id: number, readOnly: boolean): Uint8Array {
  const memory = task.namespaces.ipc.memory.get(id);
  mustBeGranted(task, memory, readOnly ? READ : READ | WRITE);
  return memory.bytes;
}
