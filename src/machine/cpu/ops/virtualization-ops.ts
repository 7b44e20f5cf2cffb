/**
 * The instructions of VT-x and SVM. Hypervisors here are programs in TypeScript, which call the machine's vmx/ and svm/ directly; CR4.VMXE
 * and EFER.SVME cannot be set by code that the processor runs, and without them each of these is #UD (SDM Vol. 3, chapter 30; AMD
 * APM Vol. 3). In a guest they exit (intercept.ts).
 */
import { undefinedOpcode } from "../guard.ts";
import { SVM_INSTRUCTIONS, VMX_INSTRUCTIONS } from "../intercept.ts";
import type { Binder, Semantics } from "../op.ts";

export const VIRTUALIZATION_OPS: Semantics = Object.fromEntries(
  [...VMX_INSTRUCTIONS, ...SVM_INSTRUCTIONS].map((name): [string, Binder] => [name, () => undefinedOpcode]),
);
