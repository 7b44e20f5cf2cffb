/** What a kernel can be given in the place of its own. Everything else in this room asks these. */
import { UNION, type UnionRules } from "./fs/overlay/rules.ts";
import { LOOKUP, type NamespaceLookup } from "./namespaces/lookup.ts";

export interface Policies {
  readonly lookup: NamespaceLookup;
  readonly union: UnionRules;
}

export const POLICIES: Policies = { lookup: LOOKUP, union: UNION };
