/** Taking an event to the monitor before the guest's own tables see it (monitor.ts). Called only where there is a monitor. */
import type { Monitor, Visit } from "../monitor.ts";
import type { Cpu } from "./cpu.ts";
import { FAULT } from "./fault.ts";
import { AC } from "./flags.ts";
import { updateMode } from "./segments.ts";

/** True when the monitor has dealt with it; false when it is to be delivered as if there were none. */
export function visit(cpu: Cpu, monitor: Monitor<Cpu>, event: Visit): boolean {
  // An instruction in the middle of a run comes back alone, so that the monitor sees the time and the place as they are.
  cpu.bus.onEffect();
  const verdict = monitor.visit(event, cpu);
  if (verdict === "deliver") return false;
  adopt(cpu);
  if (verdict !== "resume") cpu.stop = { reason: "monitor", detail: verdict.stop };
  cpu.clock.attend();
  return true;
}

/** What the monitor wrote into segments, control registers and flags becomes true of translation and decoding. */
function adopt(cpu: Cpu): void {
  try {
    cpu.memory.setControl(cpu.cr0, cpu.cr4, cpu.efer);
  } catch (error) {
    if (error !== FAULT) throw error;
    throw new Error("the monitor turned PAE paging on with a PDPTE that has reserved bits set");
  }
  updateMode(cpu);
  cpu.memory.ac = (cpu.flags.eflags & AC) !== 0;
}
