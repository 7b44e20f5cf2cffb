/** A tree of mounts comes to a place, and to all places that hear of it: mount_namespaces(7), sharedsubtree.rst. */
import { refuse } from "../errno.ts";
import { copyTree, lockTree } from "./copy.ts";
import type { Inode } from "./inode.ts";
import { enterMounts, liesBelow, type Mount, type MountNamespace, type Place } from "./mount.ts";
import { type PeerGroup, share } from "./peers.ts";

/** Where something mounted at a place lands: on top of all that is there, if it was not removed or unmounted meanwhile. */
export function landing(place: Place): Place {
  const at = enterMounts(place);
  if (at.inode.deleted || !at.mount.namespace) refuse("ENOENT");
  return at;
}

/** `by`: the namespace of whoever does it. A tree that is mounted already moves. */
export function graft(tree: Mount, place: Place, by: MountNamespace): void {
  // What hears of it may have to go on top of it.
  if (enterMounts(tree.top).inode.deleted) refuse("ENOENT");
  const landings: [Mount, Place][] = [];
  const { group } = place.mount;
  if (group) {
    for (const mount of tree.all()) share(mount);
    tellPeers(group, tree, place, landings);
  }
  if (tree.at) tree.detach();
  for (const [top, at] of [[tree, place] as const, ...landings]) {
    const namespace = at.mount.namespace!;
    if (namespace.userNamespace !== by.userNamespace) lockTree(top);
    top.locked = false;
    const there = at.mount.on(at.inode);
    const mounts = [...top.all()];
    top.attach(at);
    for (const mount of mounts) mount.namespace = namespace;
    if (!there) continue;
    // What a process was told of comes below what is there, which it does not see change.
    there.detach();
    there.attach(enterMounts(top.top));
  }
}

/** Copies for the others of the group of `place`, then for their slaves. */
function tellPeers(group: PeerGroup<Mount>, tree: Mount, place: Place, landings: [Mount, Place][]): void {
  for (const peer of [...group.members])
    if (peer !== place.mount && hears(peer, place.inode))
      landings.push([copyTree(tree, tree.root), { mount: peer, inode: place.inode }]);
  tellSlaves(group, tree, place.inode, landings);
}

function tellSlaves(group: PeerGroup<Mount>, tree: Mount, inode: Inode, landings: [Mount, Place][]): void {
  const told = new Map<PeerGroup<Mount>, Mount | undefined>();
  for (const slave of [...group.slaves]) {
    if (slave.group && !told.has(slave.group)) told.set(slave.group, undefined);
    if (!hears(slave, inode)) continue;
    const first = slave.group && told.get(slave.group);
    const copy = first ? copyTree(first, first.root) : copyTree(tree, tree.root, { slave: true });
    if (slave.group && !first) {
      for (const mount of copy.all()) share(mount);
      told.set(slave.group, copy);
    }
    landings.push([copy, { mount: slave, inode }]);
  }
  // Where nobody of a group sees the place, its slaves hear it from above.
  for (const [below, first] of told) tellSlaves(below, first ?? tree, inode, landings);
}

/** It is mounted, and shows the place. */
const hears = (mount: Mount, inode: Inode): boolean =>
  mount.namespace !== undefined && liesBelow(inode, mount.root);
