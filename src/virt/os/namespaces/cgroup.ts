/** Cgroup namespaces: cgroup_namespaces(7). The cgroup that its maker was in is shown as "/", and others relative to it. */
import type { Cgroup } from "../cgroup/cgroup.ts";
import type { UserNamespace } from "./user.ts";

export class CgroupNamespace {
  readonly kind = "cgroup";
  readonly userNamespace: UserNamespace;
  readonly root: Cgroup;

  constructor(userNamespace: UserNamespace, root: Cgroup) {
    this.userNamespace = userNamespace;
    this.root = root;
  }

  /**
   * As /proc/PID/cgroup shows it to a reader in this namespace: "/a/b" below the root, "/.." above and "/../b" beside it. Who has ended may be in a
   * group that was removed since.
   */
  pathOf(cgroup: Cgroup): string {
    const down = line(cgroup);
    const here = line(this.root);
    let shared = 0;
    while (shared < Math.min(down.length, here.length) && down[shared] === here[shared]) shared++;
    const up = here.slice(shared).map(() => "..");
    const path = `/${[...up, ...down.slice(shared).map(({ name }) => name)].join("/")}`;
    return cgroup.dead ? `${path} (deleted)` : path;
  }
}

/** From the top of the tree down. */
function line(cgroup: Cgroup): Cgroup[] {
  return cgroup.parent ? [...line(cgroup.parent), cgroup] : [cgroup];
}
