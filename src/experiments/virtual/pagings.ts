/** Who keeps the page tables that the processor walks: the ways of virtualizing memory, on one monitor wherever that is possible. */
import type { MachineOptions } from "../../machine/index.ts";
import { PROFILES } from "../../machine/index.ts";
import {
  booted,
  defineSystem,
  EVERYTHING,
  findSystem,
  fitsOn,
  type KvmOptions,
  kvmVm,
  type System,
} from "../../systems/index.ts";
import type { Parameter } from "../parameter.ts";
import type { Place } from "./systems.ts";

const kvm = findSystem("kvm")!;

/** KVM with another pager; guests write their page tables as on the bare machine. */
const withPager = (options: KvmOptions, needs: System["needs"] = "vmx"): System =>
  defineSystem({
    ...kvm,
    needs,
    make: (machine: MachineOptions) => booted(kvmVm({ mmuOp: false, ...options, ...machine })),
  });

const PAGINGS: Readonly<Record<string, System>> = {
  native: findSystem("native")!,
  "shadow, forgotten": withPager({ paging: "naive" }),
  shadow: withPager({ shadow: {} }),
  "shadow, unsynced": withPager({ shadow: EVERYTHING }),
  direct: findSystem("xen")!,
  "nested, 4 KiB": withPager({ paging: "ept", largest: 12 }, "ept"),
  nested: withPager({ paging: "ept" }, "ept"),
  agile: withPager({ shadow: { ...EVERYTHING, large: false, agile: { after: 2, interval: 64 } } }, "ept"),
};

export const pagingParameter = {
  default: ["shadow", "direct", "nested, 4 KiB", "nested"],
  oneOf: Object.keys(PAGINGS),
  unit: "",
  doc: "whose tables the processor walks: shadows forgotten at each load of CR3, kept and traced, out of sync; the guest's own, checked (Xen); both, the monitor's of 4-KiB or of 2-MiB pages; shadows above and the guest's own below where these churn (agile)",
} satisfies Parameter<string>;

/** undefined when the processor has not what it takes. */
export function pagingPlace(paging: string, processor: string): Place | undefined {
  const place = { system: PAGINGS[paging]!, profile: PROFILES.find(({ id }) => id === processor)! };
  return fitsOn(place.system, place.profile) ? place : undefined;
}

/** Ways out of the guest, whatever they are called. */
export const exitsOf = (crossings: ReadonlyMap<string, number>): number =>
  [...crossings.values()].reduce((sum, count) => sum + count, 0);
