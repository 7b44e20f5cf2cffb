/**
 * Every instruction and every event takes one cycle, in the manner of a textbook's machine: for counting by hand, and for telling what
 * a result owes to the prices of a real processor. TLBs of eight entries overflow within a page of example.
 */
import type { CostProfile } from "../cost.ts";

const CHOSEN = "assumption: chosen, not measured";

export const UNIT: CostProfile = {
  id: "unit",
  name: "one cycle each",
  hertz: 1_000_000,
  ram: 16 * 1024 * 1024,
  physicalBits: 36,
  gigabytePages: false,
  instruction: 1,
  instructions: {},
  memory: 0,
  walkReference: 1,
  exception: 1,
  ringChange: 0,
  externalInterrupt: 1,
  portAccess: 1,
  cr3Load: 0,
  mmioAccess: 1,
  itlb: { small: { entries: 8, ways: 2 } },
  dtlb: { small: { entries: 8, ways: 2 } },
  stlbHit: 0,
  vmx: { exit: 1, entry: 1, read: 1, write: 1 },
  sources: {
    hertz: CHOSEN,
    ram: CHOSEN,
    physicalBits: CHOSEN,
    gigabytePages: CHOSEN,
    instruction: CHOSEN,
    memory: CHOSEN,
    walkReference: CHOSEN,
    exception: CHOSEN,
    ringChange: CHOSEN,
    externalInterrupt: CHOSEN,
    portAccess: CHOSEN,
    cr3Load: CHOSEN,
    mmioAccess: CHOSEN,
    itlb: CHOSEN,
    dtlb: CHOSEN,
    stlbHit: CHOSEN,
    vmx: CHOSEN,
  },
};
