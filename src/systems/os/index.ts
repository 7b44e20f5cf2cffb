/** Operating-system-level virtualization: kernels with containers, the networks between them, and what they take of a host. */
export { bridgeRules, type Publication } from "./bridge-rules.ts";
export {
  type Bridge,
  type Container,
  ContainerHost,
  type ContainerHostOptions,
} from "./container-host.ts";
export { CHANGES, type Change, copyUp } from "./copy-up.ts";
export {
  containers,
  type Density,
  type DensityPlan,
  type VmDensityPlan,
  virtualMachines,
} from "./density.ts";
export { type GuestState, guestState, type Residents } from "./guest-memory.ts";
export { FILE_PAGES, worldWithImage } from "./image-files.ts";
export { type Image, type Line, startContainer, startLines } from "./start-up.ts";
