/** The remapping unit, for boards and for hypervisors that program one. */
export { type Context, contextEntry, DOMAINS, PASS_THROUGH, rootEntry, TRANSLATE } from "./context.ts";
export { FAULT, type FaultRecord } from "./faults.ts";
export { type InterruptEntry, interruptEntry, remappableMessage } from "./interrupts.ts";
export {
  flushAllDescriptor,
  flushContextsDescriptor,
  flushDomainDescriptor,
  flushInterruptsDescriptor,
  flushPagesDescriptor,
  waitDescriptor,
} from "./invalidation.ts";
export { IOMMU_BASE, Iommu, type IommuOptions } from "./iommu.ts";
export { DESCRIPTOR_BYTES, PostedDescriptor } from "./posted.ts";
export { COMMAND, REGISTER } from "./registers.ts";
