/** Real guests below real pagers: the laboratory's kernel under VT-x, with the shadow pagers of the library. */
import { buildGuest, type GuestOptions } from "../../src/guests/index.ts";
import type { Mark } from "../../src/machine/devices/marker-port.ts";
import { type KvmOptions, kvmVm } from "../../src/systems/index.ts";

const MEMORY = 8;
const LIMIT = 200_000_000;

export const PAGERS = {
  "forgets at CR3": { paging: "naive" },
  "keeps and traces": { shadow: {} },
  "and lets tables go out of sync": { shadow: { unsync: 1 } },
  "and looks again at INVLPG": { shadow: { unsync: 1, prefetch: true } },
} as const satisfies Record<string, KvmOptions>;
type Workload = NonNullable<GuestOptions["workload"]>;
export type PagerName = keyof typeof PAGERS;

/** One workload of the real guest: what it took between its marks. `cycles`: of a Core 2 with the prices of KVM's monitor. */
export function guestRow(pager: PagerName, workload: Workload, parameters: Record<string, number> = {}) {
  const { image } = buildGuest({ memory: MEMORY, workload, parameters, timerHz: 0, patch: false });
  const { machine } = kvmVm({ memory: MEMORY << 20, disks: [image], mmuOp: false, ...PAGERS[pager] });
  const stop = machine.run({ limit: LIMIT });
  if (stop.reason !== "exit") throw new Error(`the guest ended with ${stop.reason}`);
  const [from, to] = machine.board.marker.marks as [Mark, Mark];
  const count = (name: keyof Mark["counts"]) => to.counts[name] - from.counts[name];
  return {
    ...{ workload, pager, switches: count("addressSpace"), exits: count("vmExit") },
    ...{ hidden: count("hiddenFault"), guests: count("trueFault"), writes: count("tracedWrite") },
    cycles: to.cycle - from.cycle,
  };
}

/** The same workload below every pager. */
export const guestRows = (workload: Workload, parameters: Record<string, number> = {}) =>
  (Object.keys(PAGERS) as PagerName[]).map((pager) => guestRow(pager, workload, parameters));
