/** A Pentium 4 (Prescott) of 2005. Not complete yet. */
import type { CostProfile } from "../cost.ts";

export const PENTIUM_4: CostProfile = {
  name: "Pentium 4, 3.0 GHz, 2005",
  hertz: 3_000_000_000,
  ram: 512 * 1024 * 1024,
  physicalBits: 36,
  gigabytePages: false,
  instruction: 1,
  instructions: {},
  memory: 1,
  walkReference: 20,
  exception: 400,
  ringChange: 400,
  externalInterrupt: 400,
  portAccess: 1000,
  mmioAccess: 1000,
  itlb: { small: { entries: 64, ways: 64 } },
  dtlb: { small: { entries: 64, ways: 64 } },
  stlbHit: 0,
  sources: {},
};
