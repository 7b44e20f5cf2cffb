/**
 * Who hears of mounts and unmounts: mount_namespaces(7), "Shared subtrees". The mounts of a peer group tell each other; its slaves hear it
 * from them and tell it on to the peers and slaves of their own, but never back.
 */
export class PeerGroup<Member> {
  readonly members = new Set<Member>();
  readonly slaves = new Set<Member>();
}

/** What of a mount says whom it tells and whom it hears. A shared one may be a slave too. */
export interface Propagating<Self> {
  group: PeerGroup<Self> | undefined;
  master: PeerGroup<Self> | undefined;
  unbindable: boolean;
}
export const PROPAGATIONS = ["shared", "slave", "private", "unbindable"] as const;
export type Propagation = (typeof PROPAGATIONS)[number];

/** Into a peer group, or one of its own. */
export function share<M extends Propagating<M>>(mount: M, group: PeerGroup<M> = new PeerGroup()): void {
  mount.unbindable = false;
  if (mount.group) return;
  mount.group = group;
  group.members.add(mount);
}

export function follow<M extends Propagating<M>>(mount: M, master: PeerGroup<M> | undefined): void {
  mount.master?.slaves.delete(mount);
  mount.master = master;
  master?.slaves.add(mount);
}

/** Out of its peer group. Answers whom it would hear as a slave: its former peers, or whom it heard already. */
function leave<M extends Propagating<M>>(mount: M): PeerGroup<M> | undefined {
  const { group, master } = mount;
  if (!group) return master;
  group.members.delete(mount);
  mount.group = undefined;
  if (group.members.size > 0) return group;
  // Nobody is left to tell its slaves, so that they hear its master themselves.
  for (const slave of [...group.slaves]) follow(slave, master);
  return master;
}

export function change<M extends Propagating<M>>(mount: M, type: Propagation): void {
  if (type === "shared") {
    share(mount);
    return;
  }
  const heard = leave(mount);
  follow(mount, type === "slave" ? heard : undefined);
  if (type !== "slave") mount.unbindable = type === "unbindable";
}

/** All that hear of what happens on a mount, without itself. */
export function receivers<M extends Propagating<M>>(from: M): Set<M> {
  const heard = new Set<M>([from]);
  const groups = [from.group];
  for (const group of groups) {
    for (const peer of group?.members ?? []) heard.add(peer);
    for (const slave of group?.slaves ?? []) {
      heard.add(slave);
      if (slave.group && !groups.includes(slave.group)) groups.push(slave.group);
    }
  }
  heard.delete(from);
  return heard;
}
