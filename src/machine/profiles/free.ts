/** A processor's geometry without its prices: that of a virtual processor, whose doings somebody else pays for. */
import type { CostProfile } from "../cost.ts";

export function free(profile: CostProfile): CostProfile {
  return {
    ...profile,
    instruction: 0,
    instructions: {},
    memory: 0,
    walkReference: 0,
    exception: 0,
    ringChange: 0,
    externalInterrupt: 0,
    portAccess: 0,
    cr3Load: 0,
    mmioAccess: 0,
    stlbHit: 0,
  };
}
