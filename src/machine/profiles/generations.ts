/**
 * Processors with VT-x between the Pentium 4 and Haswell, for what a way out of a guest costs on each. They differ in that, in their
 * clock and in their name; what else they cost is haswell.ts's.
 */
import type { CostProfile, WorldSwitchPrices } from "../cost.ts";
import { HASWELL } from "./haswell.ts";

interface Generation {
  readonly id: string;
  readonly name: string;
  readonly hertz: number;
  /** Cycles from the guest to the monitor and back. */
  readonly roundTrip: number;
}

const ROUND_TRIP =
  "Agesen, Mattson, Rugina, Sheldon, “Software Techniques for Avoiding Hardware Virtualization Exits”, USENIX ATC 2012, Table 1 (from memory)";
const SPLIT =
  "divided and with VMREAD and VMWRITE in the proportion of a Core 2's 1186 for an exit, 937 for an entry, 52 and 44 (Adams & Agesen 2006, " +
  "Table 1, from memory): an assumption";
const AS_HASWELL = "assumption: as haswell.ts, whose source is";
const CORE_2 = { exit: 1186, entry: 937, read: 52, write: 44 };

function worldSwitch(roundTrip: number): WorldSwitchPrices {
  const scale = roundTrip / (CORE_2.exit + CORE_2.entry);
  const exit = Math.round(CORE_2.exit * scale);
  return {
    exit,
    entry: roundTrip - exit,
    read: Math.round(CORE_2.read * scale),
    write: Math.round(CORE_2.write * scale),
  };
}

const { vmx: _, sources, ...haswell } = HASWELL;

const profile = ({ id, name, hertz, roundTrip }: Generation): CostProfile => ({
  ...haswell,
  id,
  name,
  hertz,
  vmx: worldSwitch(roundTrip),
  sources: {
    ...Object.fromEntries(
      Object.entries(sources).map(([price, source]) => [price, `${AS_HASWELL}: ${source}`]),
    ),
    hertz: "a usual clock of the generation (from memory)",
    vmx: `${ROUND_TRIP}: ${roundTrip} cycles; ${SPLIT}`,
  },
});

/** The oldest first. */
export const GENERATIONS: readonly CostProfile[] = [
  { id: "merom", name: "Core 2 (Merom), 2.66 GHz, 2006", hertz: 2_660_000_000, roundTrip: 1579 },
  { id: "penryn", name: "Core 2 (Penryn), 3.0 GHz, 2008", hertz: 3_000_000_000, roundTrip: 1266 },
  { id: "nehalem", name: "Xeon (Nehalem), 2.93 GHz, 2009", hertz: 2_930_000_000, roundTrip: 1009 },
  { id: "westmere", name: "Xeon (Westmere), 3.33 GHz, 2010", hertz: 3_330_000_000, roundTrip: 761 },
  { id: "sandybridge", name: "Xeon (Sandy Bridge), 2.9 GHz, 2011", hertz: 2_900_000_000, roundTrip: 784 },
].map(profile);
