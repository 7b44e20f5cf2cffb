/**
 * What lies beyond one domain: others, whose pages it may map when they grant them, and whose events reach it. This room declares it, a
 * system fills it: which domains there are, and who has granted what to whom, no engine of one domain knows.
 */

/** grant_table.h: GNTST_…, what a grant operation says of itself. */
export const GNTST = { OKAY: 0, GENERAL: -1, BAD_HANDLE: -4, BAD_ADDRESS: -5 } as const;

export interface MappedGrant {
  /** Machine frame of the other domain's page: the host's memory, and no frame of the guest's own. */
  readonly frame: number;
  /** Names the mapping when it is taken away. */
  readonly handle: number;
}

export interface Neighbours {
  /**
   * The grant `reference` of `domain`, marked as mapped from now on; a negative GNTST_… when there is none. Until unmapGrant, the frame must
   * not become a page table of its owner's, nor be given to anybody else.
   */
  mapGrant(domain: number, reference: number, readOnly: boolean): MappedGrant | number;
  /** No processor can reach the frame by this mapping any more. */
  unmapGrant(handle: number): void;
  /** A port on which the domain `remote` may bind: 0, or a negative error. */
  allocUnbound(port: number, remote: number): number;
  /** The port is one end now, `remotePort` of `remote` the other: 0, or a negative error. */
  bindInterdomain(port: number, remote: number, remotePort: number): number;
  /** To the other end of the port. */
  send(port: number): number;
  close(port: number): number;
}
