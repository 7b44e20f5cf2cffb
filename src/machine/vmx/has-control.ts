/** Whether the VMCS has one of these controls set; secondary ones count only where a primary one activates them (SDM Vol. 3, 24.6.2). */
import { CPU } from "./controls.ts";
import { FIELDS } from "./fields.ts";
import type { Vmcs } from "./vmcs.ts";

export const primary = (control: number) => (vmcs: Vmcs) =>
  (vmcs.get(FIELDS.primaryControls) & control) !== 0;
export const secondary = (control: number) => (vmcs: Vmcs) =>
  primary(CPU.secondary)(vmcs) && (vmcs.get(FIELDS.secondaryControls) & control) !== 0;
