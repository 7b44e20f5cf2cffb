/** The price lists by name. */
import type { CostProfile } from "../cost.ts";
import { PENTIUM_4 } from "./pentium4.ts";

export const PROFILES: readonly CostProfile[] = [PENTIUM_4];
