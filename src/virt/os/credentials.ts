/** Who a task acts as: credentials(7). Never changed in place: a task that changes them gets others, so a copy is never stale. */
import { ALL, type CapabilitySet, NONE } from "./capabilities.ts";
import type { NamespaceLookup } from "./namespaces/lookup.ts";
import { UserNamespace } from "./namespaces/user.ts";

/** All ids are kernel ids. */
export interface Credentials {
  readonly uid: number;
  readonly euid: number;
  readonly suid: number;
  readonly gid: number;
  readonly egid: number;
  readonly sgid: number;
  readonly groups: readonly number[];
  readonly permitted: CapabilitySet;
  readonly effective: CapabilitySet;
  readonly inheritable: CapabilitySet;
  readonly bounding: CapabilitySet;
  readonly ambient: CapabilitySet;
  readonly userNamespace: UserNamespace;
}

/** Root of the initial user namespace. */
export const initialCredentials = (lookup: NamespaceLookup): Credentials => ({
  uid: 0,
  euid: 0,
  suid: 0,
  gid: 0,
  egid: 0,
  sgid: 0,
  groups: [],
  permitted: ALL,
  effective: ALL,
  inheritable: NONE,
  bounding: ALL,
  ambient: NONE,
  userNamespace: new UserNamespace(undefined, undefined, lookup),
});

/** In a user namespace, its maker or one who entered it: every capability there, the same ids. */
export const within = (who: Credentials, userNamespace: UserNamespace): Credentials => ({
  ...who,
  permitted: ALL,
  effective: ALL,
  inheritable: NONE,
  bounding: ALL,
  ambient: NONE,
  userNamespace,
});
