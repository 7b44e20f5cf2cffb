/**
 * Trap and emulate, as VM/370 did it, on a PC that never was: an x86 on which every sensitive instruction traps below ring 0. With
 * `trapping: false` it is the x86 that there was, and the guest goes wrong.
 */
import { RINGLAB, VIRTUALIZABLE } from "../machine/cpu/model.ts";
import type { MachineOptions } from "../machine/machine.ts";
import { VMWARE } from "../machine/profiles/monitors/vmware.ts";
import { PENTIUM_4 } from "../machine/profiles/pentium4.ts";
import { createVm, type Vm } from "../virt/cpu/engine.ts";
import type { TrapComponent } from "../virt/cpu/trap-emulate/component.ts";
import { type TrapEmulate, trapAndEmulate } from "../virt/cpu/trap-emulate/engine.ts";
import { shadow } from "../virt/mmu/shadow.ts";
import { booted, defineSystem } from "./system.ts";

export type {
  Decision,
  Delivery,
  Effects,
  Event,
  Gate,
  General,
  Guest as VirtualCpu,
  Raised,
  Selector,
  Trap,
  TrapComponent,
  Trapped,
} from "../virt/cpu/trap-emulate/component.ts";
export { reference as referenceTrapComponent } from "../virt/cpu/trap-emulate/reference.ts";
export { type Divergence, divergences, firstDivergence } from "../virt/cpu/trap-emulate/witness.ts";

export interface DeprivilegedOptions extends MachineOptions {
  /** What decides, emulates and injects; the reference unless said. */
  readonly component?: TrapComponent;
  /** Sensitive instructions trap; they do unless said. */
  readonly trapping?: boolean;
  /** Bytes of the monitor's memory. */
  readonly reserve?: number;
}

export function deprivilegedVm(options: DeprivilegedOptions = {}): Vm<TrapEmulate> {
  const { component, trapping = true, profile = PENTIUM_4, ...machine } = options;
  return createVm(
    { ...machine, profile, monitor: VMWARE, physical: trapping ? VIRTUALIZABLE : RINGLAB },
    trapAndEmulate({ pager: shadow, ...(component && { component }) }),
  );
}

export const deprivileged = defineSystem({
  name: "trap-and-emulate",
  title: "trap and emulate, on an x86 whose sensitive instructions trap",
  type: 1,
  owns: { processor: "the monitor", memory: "the monitor", devices: "the monitor" },
  guest: {},
  bits: [32],
  profile: PENTIUM_4,
  make: (options) => booted(deprivilegedVm(options)),
});
