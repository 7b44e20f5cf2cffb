/**
 * How a domain's frame numbers and addresses lead to machine frames: the contract between the hypervisor's tables and whoever keeps a
 * domain's translations. A domain in TypeScript has a Physmap (physmap.ts); one whose page tables are the processor's, as a PV guest's are,
 * brings its own.
 */
import type { GrantStatus } from "./abi/numbers.ts";

export interface AddressSpace {
  /** The machine frame of a frame number that the domain names as its own; undefined: it has none there. Mapped grants are not its own. */
  frame(gfn: number): number | undefined;
  /**
   * Puts another domain's frame at an address (map_grant_ref's host_addr: guest-physical for a translated domain). GNTST.badVirtualAddress
   * when something is there already, or nothing can be.
   */
  map(address: number, frame: number, readonly: boolean): GrantStatus;
  /** Takes exactly this mapping away, with every translation of it. */
  unmap(address: number, frame: number): GrantStatus;
  /** Another domain will reach the machine frame. False: not now, because it is a page table, say. */
  take(frame: number, writable: boolean): boolean;
  drop(frame: number, writable: boolean): void;
  /** Takes a frame out of the domain for good; undefined: it is none of its own, or in use. */
  steal(gfn: number): number | undefined;
  /** A frame is the domain's now, at frame number `gfn` where it is translated. False: there is no room for it. */
  accept(gfn: number, frame: number): boolean;
}
