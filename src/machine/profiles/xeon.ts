/**
 * The 2.4-GHz Xeon of Barham et al., "Xen and the Art of Virtualization" (SOSP 2003): the Pentium 4's microarchitecture at a lower clock,
 * without VT-x. Prices in cycles are those of pentium4.ts.
 */
import type { CostProfile } from "../cost.ts";
import { PENTIUM_4 } from "./pentium4.ts";

const { vmx: _, ...pentium4 } = PENTIUM_4;
const { vmx: __, ...sources } = PENTIUM_4.sources;
const AS_PENTIUM_4 = "assumption: as pentium4.ts, whose source is";

export const XEON: CostProfile = {
  ...pentium4,
  id: "xeon",
  name: "Xeon, 2.4 GHz, 2002",
  hertz: 2_400_000_000,
  cr3Load: 1150,
  instructions: { ...PENTIUM_4.instructions, "jmp indirect": 19 },
  sources: {
    ...Object.fromEntries(
      Object.entries(sources).map(([price, source]) => [price, `${AS_PENTIUM_4}: ${source}`]),
    ),
    "instructions.jmp indirect":
      "assumption: as pentium4.ts, in proportion to the pipelines: 20 stages of a Northwood to 31 of a Prescott",
    cr3Load:
      "fitted: Barham et al. 2003, Table 4, L-UP: with it a switch between two processes takes the 0.77 µs of 2p/0K. It stands for what the " +
      "caches lose as well, which the model has not",
    hertz: "Barham et al., SOSP 2003, sec. 4: a Dell 2650 with 2.4-GHz Xeons",
    ram: "Barham et al., SOSP 2003, sec. 4: 2 GB; here what a guest of a teaching laboratory may want",
  },
};
