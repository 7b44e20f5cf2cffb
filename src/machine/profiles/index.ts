/** The price lists by name. */
import type { CostProfile } from "../cost.ts";
import { HASWELL } from "./haswell.ts";
import { PENTIUM_4 } from "./pentium4.ts";
import { UNIT } from "./unit.ts";
import { VT_GENERATIONS } from "./vt-generations.ts";
import { XEON } from "./xeon.ts";
import { ZEN_5 } from "./zen5.ts";

export const PROFILES: readonly CostProfile[] = [XEON, PENTIUM_4, ...VT_GENERATIONS, HASWELL, ZEN_5, UNIT];

/** By its id; undefined when there is none. */
export const findProfile = (id: string): CostProfile | undefined => PROFILES.find((one) => one.id === id);
