/**
 * User namespaces: user_namespaces(7). Inside the kernel an id is a kernel id, the initial namespace's number; each namespace has a map
 * between its own ids and its parent's, and what has no name in a namespace is shown there as 65534.
 *
 *     kernel id 100000 ──[map of child: 0 100000 65536]──▶ "0" in the child
 */
import type { Capability, CapabilitySet } from "../capabilities.ts";
import { refuse } from "../errno.ts";
import { type Extent, LOOKUP, type NamespaceLookup } from "./lookup.ts";

export type { Extent };

/** What of somebody's credentials counts here; ids are kernel ids. */
export interface Holder {
  readonly euid: number;
  readonly egid: number;
  readonly effective: CapabilitySet;
  readonly userNamespace: UserNamespace;
}

/** What an id without a name here is shown as: /proc/sys/kernel/overflowuid. */
export const OVERFLOW_ID = 65534;
/** user_namespaces(7) counts 32 levels below that of the first, which has number 0; Linux since 4.9 refuses by ENOSPC. */
const DEEPEST = 33;

export class UserNamespace {
  readonly kind = "user";
  readonly parent: UserNamespace | undefined;
  /** Kernel ids of the effective user and group that made it. */
  readonly owner: number;
  readonly ownerGroup: number;
  readonly level: number;
  /** The kernel's way to look names up, for whatever belongs to this namespace. */
  readonly lookup: NamespaceLookup;
  uids: readonly Extent[] = [];
  gids: readonly Extent[] = [];
  setgroupsAllowed: boolean;
  /** Its maker could have given a file capabilities: without that nobody inside may map the parent's root. */
  readonly makerCouldSetfcap: boolean;

  constructor(parent?: UserNamespace, creator?: Holder, lookup = LOOKUP) {
    this.parent = parent;
    this.lookup = parent?.lookup ?? lookup;
    this.owner = creator?.euid ?? 0;
    this.ownerGroup = creator?.egid ?? 0;
    this.level = parent ? parent.level + 1 : 0;
    this.setgroupsAllowed = parent?.setgroupsAllowed ?? true;
    this.makerCouldSetfcap = creator?.effective.has("SETFCAP") ?? true;
    if (this.level > DEEPEST) refuse("ENOSPC");
    if (!parent) this.uids = this.gids = [{ inner: 0, outer: 0, count: 2 ** 32 - 1 }];
  }

  /** The kernel's name of an id, or undefined: it means nobody here. */
  kernelId(map: readonly Extent[], id: number): number | undefined {
    return this.lookup.translate(map, id, "kernel") ?? undefined;
  }

  /** This namespace's name of a kernel id, or undefined. */
  ownId(map: readonly Extent[], kernelId: number): number | undefined {
    return this.lookup.translate(map, kernelId, "namespace") ?? undefined;
  }

  shownUid(kernelId: number): number {
    return this.ownId(this.uids, kernelId) ?? OVERFLOW_ID;
  }
  shownGid(kernelId: number): number {
    return this.ownId(this.gids, kernelId) ?? OVERFLOW_ID;
  }

  /** The first of all. */
  get initial(): UserNamespace {
    return this.parent?.initial ?? this;
  }
  isWithin(other: UserNamespace): boolean {
    for (let at: UserNamespace | undefined = this; at; at = at.parent) if (at === other) return true;
    return false;
  }
}

/**
 * user_namespaces(7), "Capabilities": one holds a capability in the namespace of one's credentials, in its descendants, and, as the
 * effective user that made a child of one's own namespace, all of them in that child.
 */
export function capable(who: Holder, there: UserNamespace, capability: Capability): boolean {
  for (let at: UserNamespace = there; ; at = at.parent!) {
    if (at === who.userNamespace) return who.effective.has(capability);
    if (at.level <= who.userNamespace.level) return false;
    if (at.parent === who.userNamespace && at.owner === who.euid) return true;
  }
}
