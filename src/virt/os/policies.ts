/** What a kernel can be given in the place of its own. Everything else in this room asks these. */
import { type Charging, fairCharging } from "./cgroup/controllers/cpu-charging.ts";
import { UNION, type UnionRules } from "./fs/overlay/rules.ts";
import { LOOKUP, type NamespaceLookup } from "./namespaces/lookup.ts";

export interface Policies {
  readonly lookup: NamespaceLookup;
  readonly union: UnionRules;
  readonly charging: Charging;
}

export const POLICIES: Policies = { lookup: LOOKUP, union: UNION, charging: fairCharging };
