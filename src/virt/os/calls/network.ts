/** Devices of a network namespace, rtnetlink(7), and abstract names of sockets, unix(7). */
import { refuse } from "../errno.ts";
import { mustBeName, mustBeShort, type NetDevice, type NetNamespace, vethPair } from "../namespaces/net.ts";
import { capable } from "../namespaces/user.ts";
import type { Task } from "../task.ts";
import { mayRead } from "./trace.ts";

function mustAdminister(task: Task, net: NetNamespace = task.namespaces.net): void {
  if (!capable(task.credentials, net.userNamespace, "NET_ADMIN")) refuse("EPERM");
}

/** A device of one's own namespace, to be changed: whether it is there anybody may know. */
function changeable(task: Task, name: string): NetDevice {
  const device = task.namespaces.net.find(name) ?? refuse("ENODEV");
  mustAdminister(task);
  return device;
}

export const links = (task: Task): readonly NetDevice[] => task.namespaces.net.devices;

/** Both ends begin here, down; the second is there first, and its number is not given again if the first cannot be. */
export function addVeth(task: Task, names: readonly [string, string]): void {
  const { net } = task.namespaces;
  mustAdminister(task);
  for (const name of names) mustBeShort(name);
  if (net.find(names[0])) refuse("EEXIST");
  const [one, other] = vethPair(names);
  mustBeName(other.name);
  net.add(other);
  try {
    mustBeName(one.name);
    net.add(one);
  } catch (refusal) {
    net.remove(other);
    throw refusal;
  }
}

export function setUp(task: Task, name: string, up: boolean): void {
  changeable(task, name).up = up;
}

export function rename(task: Task, name: string, other: string): void {
  const device = changeable(task, name);
  mustBeShort(other);
  mustBeName(other);
  if (other !== name && task.namespaces.net.find(other)) refuse("EEXIST");
  device.name = other;
}

/** With one end of a veth pair goes the other, wherever it is. */
export function remove(task: Task, name: string): void {
  const device = changeable(task, name);
  if (!device.peer) refuse("EOPNOTSUPP");
  for (const end of [device, device.peer]) end.namespace?.remove(end);
}

/** To the namespace of another process, where it comes down; it takes power in both. */
export function move(task: Task, name: string, other: Task): void {
  const { net } = task.namespaces;
  if (!net.find(name)) refuse("ENODEV");
  if (!mayRead(task, other)) refuse("EACCES");
  const device = changeable(task, name);
  const target = other.namespaces.net;
  mustAdminister(task, target);
  if (target === net) return;
  if (device.kind === "loopback") refuse("EINVAL");
  if (target.find(device.name)) refuse("EEXIST");
  net.remove(device);
  device.up = false;
  target.add(device);
}

/** bind(2) and listen(2) */
export function listen(task: Task, name: string): void {
  const { listeners } = task.namespaces.net;
  if (listeners.get(name)?.state.kind === "running") refuse("EADDRINUSE");
  listeners.set(name, task);
}

export function connect(task: Task, name: string): void {
  if (task.namespaces.net.listeners.get(name)?.state.kind !== "running") refuse("ECONNREFUSED");
}
