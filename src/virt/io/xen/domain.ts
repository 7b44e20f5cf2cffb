/** A domain as the hypervisor knows it. Domain 0 is one like the others, with the privilege to touch hardware. */
import type { AddressSpace } from "./address-space.ts";
import type { SharedInfo } from "./shared-info.ts";

export interface Domain {
  readonly id: number;
  readonly privileged: boolean;
  /** Interrupts of the hardware that it may bind (XEN_DOMCTL_irq_permission); whoever is privileged may bind all. */
  readonly lines: readonly number[];
  readonly memory: AddressSpace;
  /** Machine frame of the shared page, and the page itself. */
  readonly sharedFrame: number;
  readonly shared: SharedInfo;
  /** An upcall has become pending; whether it may come now stands in `shared.upcallMask`. The domain's scheduler sets it. */
  onUpcall: () => void;
}
