/** A tree of mounts goes, and with it what others heard of it: mount_namespaces(7), propagate_umount.txt. */
import { refuse } from "../errno.ts";
import type { Inode } from "./inode.ts";
import { type Mount, type MountNamespace, mountsOn } from "./mount.ts";
import { change, receivers } from "./peers.ts";

/** The mounts that were told of this one, where they still are. */
function* told(mount: Mount): Generator<Mount> {
  if (!mount.at) return;
  for (const parent of receivers(mount.at.mount)) {
    const copy = parent.on(mount.at.inode);
    if (copy) yield copy;
  }
}

/** EBUSY where it or a copy is in use. A copy with mounts below it will stay, so it counts not. */
export function mustBeIdle(mount: Mount, used: (mount: Mount) => boolean): void {
  if (mount.children.length > 0 || used(mount)) refuse("EBUSY");
  for (const copy of told(mount)) {
    if (copy.children.length > (copy.over ? 1 : 0)) continue;
    if (used(copy)) refuse("EBUSY");
  }
}

/**
 * `sync`: nothing below it is kept together (nobody is there); `connected`: everything is, for whoever is still inside, which otherwise is
 * only so for what is locked.
 */
export function unmount(
  top: Mount,
  { sync = false, connected = false, tell = true }: { sync?: boolean; connected?: boolean; tell?: boolean },
): void {
  if (tell) for (const copy of told(top)) copy.locked = false;
  const going = new Set(top.all());
  if (tell) for (const mount of others(going)) going.add(mount);
  for (const mount of going) {
    const cover = mount.over;
    if (!cover || going.has(cover)) continue;
    // What covers a mount that goes sinks to where the lowest of those that go was.
    let lowest = mount;
    while (lowest.at && going.has(lowest.at.mount)) lowest = lowest.at.mount;
    cover.detach();
    cover.attach(lowest.at!);
  }
  for (const mount of going) {
    const kept = mount.at && going.has(mount.at.mount) && !sync && (connected || mount.locked);
    if (mount.at && !kept) mount.detach();
    mount.namespace = undefined;
    change(mount, "private");
  }
}

/** Which of the copies of `going` can go as well: those that leave nothing homeless and uncover nothing that is locked. */
function others(going: ReadonlySet<Mount>): Mount[] {
  const candidates = new Set<Mount>();
  for (const mount of going) for (const copy of told(mount)) if (!going.has(copy)) candidates.add(copy);
  const stays = (mount: Mount): boolean => !candidates.has(mount) && !going.has(mount);
  /** Something on top of it stays, and would sink to its place. */
  const leaves = ({ over }: Mount): boolean => over !== undefined && (stays(over) || leaves(over));
  for (let size = -1; size !== candidates.size; ) {
    size = candidates.size;
    for (const mount of candidates)
      if (mount.children.some((child) => child !== mount.over && (stays(child) || leaves(child))))
        candidates.delete(mount);
  }
  const may = (mount: Mount): boolean =>
    candidates.has(mount) && (!mount.locked || going.has(mount.at!.mount) || may(mount.at!.mount));
  return [...candidates].filter(may);
}

/** A mount that one sees holds the name that it is on, through whatever bind mount one comes; others' do not. */
export function mustBeBare(namespace: MountNamespace, inode: Inode): void {
  if (mountsOn(inode).some((mount) => namespace.has(mount))) refuse("EBUSY");
}

/** A name of it is gone: so is, in all namespaces, what was mounted on it. */
export function loseName(inode: Inode): void {
  if (inode.type === "directory" || inode.links === 0) inode.deleted = true;
  for (const mount of mountsOn(inode))
    if (mount.namespace) unmount(mount, { connected: true, tell: false });
    else if (mount.at) mount.detach();
}
