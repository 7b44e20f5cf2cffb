/** Systems with a name. */
import { bochs } from "./bochs.ts";
import { docker } from "./docker.ts";
import { esx, esxEpt } from "./esx.ts";
import { kvm, kvmEpt } from "./kvm.ts";
import { native } from "./native.ts";
import { qemu } from "./qemu.ts";
import type { System } from "./system.ts";
import { deprivileged } from "./trap-and-emulate.ts";
import { vmware, vmware3 } from "./vmware.ts";
import { vmwareVtx } from "./vmware-vtx.ts";
import { xen } from "./xen.ts";

export {
  BadTranslation,
  type BlockOnPage,
  type CodeWrite,
  type Entered,
  type GuestInstruction,
  type InstructionKind,
  type Invalidation,
  type Item,
  type Outcome,
  type TranslationPolicy,
  type WayOut,
} from "../virt/cpu/translate/policy.ts";
export { REFERENCE as TRANSLATION_POLICY } from "../virt/cpu/translate/reference.ts";
export { EVERYTHING } from "../virt/mmu/traced/options.ts";
export { HostedDevices, type World } from "./hosted.ts";
export { type KvmOptions, kvmVm } from "./kvm.ts";
export { KVM_DEVICES } from "./kvm-devices.ts";
export { type Booted, booted, defineSystem, fitsOn, type System, type SystemType } from "./system.ts";

export const SYSTEMS: readonly System[] = [
  native,
  deprivileged,
  vmware3,
  vmware,
  vmwareVtx,
  esx,
  esxEpt,
  kvm,
  kvmEpt,
  xen,
  qemu,
  bochs,
  docker,
];

/** By its name; undefined when there is none. */
export const findSystem = (name: string): System | undefined => SYSTEMS.find((one) => one.name === name);
export {
  type ShadowAction,
  type ShadowEntry,
  type ShadowRow,
  type ShadowStep,
  stepShadow,
} from "./step-shadow.ts";
export {
  externalFragmentation,
  internalFragmentation,
  makePlacement,
  PLACEMENTS,
  type Placement,
  type PlacementName,
  type TenantSizes,
  Tenants,
  type Usage,
} from "./tenants.ts";
export { type Indication, Vm370, type Vm370Options } from "./vm370.ts";
export { createVmware, type VmwareOptions } from "./vmware.ts";
