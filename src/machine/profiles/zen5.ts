/**
 * The processor of a cloud machine of 2026 (AMD EPYC, family 26 model 2: Zen 5), on which QEMU and containers were measured for real. What its
 * divider costs is what its comparison hangs on: a Haswell takes two and a half times as long, which the bare machine pays for as
 * QEMU does. The rest is Haswell's.
 */
import type { CostProfile } from "../cost.ts";
import { HASWELL } from "./haswell.ts";

const MEASURED = "measured on the machine: a chain of dependent";
const DIVIDER = `${MEASURED} DIV, AND, LEA and ADD takes as long as 13 of ADD, of 32 bits and of 64, for a quotient of 8 bits`;
const others = Object.entries(HASWELL.sources).map(([price, of]) => [
  price,
  `assumption: as haswell.ts, whose source is: ${of}`,
]);

export const ZEN_5: CostProfile = {
  ...HASWELL,
  id: "zen5",
  name: "EPYC (Zen 5), 3.6 GHz, 2026",
  hertz: 3_600_000_000,
  instructions: { ...HASWELL.instructions, div: 10, idiv: 10, sqrtsd: 20 },
  sources: {
    ...Object.fromEntries(others),
    hertz: `${MEASURED} ADD takes 0.276 ns each`,
    vmx: "assumption: as Haswell's VT-x; this processor has AMD's SVM, whose world switches are not priced yet",
    "instructions.div": DIVIDER,
    "instructions.idiv": DIVIDER,
    "instructions.sqrtsd": `${MEASURED} SQRTSD takes as long as 20 of ADD`,
  },
};
