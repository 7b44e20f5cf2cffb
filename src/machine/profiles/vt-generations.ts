/**
 * Processors with VT-x after the first: what their world switches cost, and everything else from the nearest processor that has a price
 * list of its own. They are for questions about the switches; other prices are no evidence of these processors.
 *
 *     Agesen et al., "Software Techniques for Avoiding Hardware Virtualization Exits" (USENIX ATC 2012), Table 1: cycles of a hardware
 *     exit's round trip: Prescott 3963, Merom 1579, Penryn 1266, Nehalem 1009, Westmere 761, Sandy Bridge 784 (from memory)
 */
import type { CostProfile, WorldSwitchPrices } from "../cost.ts";
import { HASWELL } from "./haswell.ts";

/** Adams & Agesen 2006, Table 1, Core 2 Duo at 2.66 GHz: page fault's exit, entry, VMREAD, VMWRITE. */
const CORE_2: WorldSwitchPrices = { exit: 1186, entry: 937, read: 52, write: 44 };
const CORE_2_SOURCE =
  "Adams & Agesen 2006, Table 1, Core 2 Duo: a page fault's VM exit, VM entry, VMREAD, VMWRITE (from memory)";

/** A round trip divided as on the Core 2, VMREAD and VMWRITE in proportion. */
function divided(roundTrip: number): WorldSwitchPrices {
  const all = CORE_2.exit + CORE_2.entry;
  const share = (price: number) => Math.round((price * roundTrip) / all);
  return {
    exit: roundTrip - share(CORE_2.entry),
    entry: share(CORE_2.entry),
    read: share(CORE_2.read),
    write: share(CORE_2.write),
  };
}

const dividedSource = (roundTrip: number) =>
  `Agesen et al., USENIX ATC 2012, Table 1: ${roundTrip} cycles for a round trip (from memory); assumption: divided as on the Core 2, ` +
  "VMREAD and VMWRITE in proportion";

function generation(
  id: string,
  name: string,
  hertz: number,
  vmx: WorldSwitchPrices,
  source: string,
): CostProfile {
  const others = Object.entries(HASWELL.sources).map(([price, of]) => [
    price,
    `assumption: as haswell.ts, whose source is: ${of}`,
  ]);
  return {
    ...HASWELL,
    ...{ id, name, hertz, vmx },
    sources: { ...Object.fromEntries(others), hertz: "the processor's name", vmx: source },
  };
}

const later = (id: string, name: string, hertz: number, roundTrip: number) =>
  generation(id, name, hertz, divided(roundTrip), dividedSource(roundTrip));

/** The first one here; the world switches of Adams & Agesen's Core 2. */
export const MEROM = generation(
  "merom",
  "Core 2 Duo E6700 (Merom), 2.66 GHz, 2006",
  2_660_000_000,
  CORE_2,
  CORE_2_SOURCE,
);

/** The first with EPT. */
export const NEHALEM = later("nehalem", "Xeon X5570 (Nehalem), 2.93 GHz, 2009", 2_930_000_000, 1009);

/** In the order of their years; the first of all is pentium4.ts. */
export const VT_GENERATIONS: readonly CostProfile[] = [
  MEROM,
  later("penryn", "Core 2 Duo E8500 (Penryn), 3.16 GHz, 2008", 3_160_000_000, 1266),
  NEHALEM,
  later("westmere", "Xeon X5690 (Westmere), 3.46 GHz, 2011", 3_460_000_000, 761),
  later("sandybridge", "Core i7-2600 (Sandy Bridge), 3.4 GHz, 2011", 3_400_000_000, 784),
];
