/**
 * What lies beyond one domain: others, whose pages it may map when they grant them, whose events reach it, and who want the processor as
 * well. This room declares it, a system fills it: which domains there are, and who has granted what to whom, no engine of one domain knows.
 * Whoever fills it pays for what a grant or an event costs; the engine pays the way into the hypervisor.
 */

/** grant_table.h: GNTST_…, what a grant operation says of itself. */
export const GNTST = { OKAY: 0, GENERAL: -1, BAD_HANDLE: -4, BAD_ADDRESS: -5 } as const;

export interface MappedGrant {
  /** Machine frame of the other domain's page: the host's memory, and no frame of the guest's own. */
  readonly frame: number;
  /** Names the mapping when it is taken away. */
  readonly handle: number;
}

/** One side of a grant copy: `place` is a machine frame of the caller's, or a reference where the flags say so. */
export interface CopySide {
  readonly place: number;
  readonly domain: number;
  readonly offset: number;
}

export interface Grants {
  /**
   * The grant `reference` of `domain`, marked as mapped from now on; a negative GNTST_… when there is none. Until unmapGrant, the frame must
   * not become a page table of its owner's, nor be given to anybody else.
   */
  mapGrant(domain: number, reference: number, readOnly: boolean): MappedGrant | number;
  /** No processor can reach the frame by this mapping any more. */
  unmapGrant(handle: number): void;
  /** A GNTST_…; `flags` are GNTCOPY_…. */
  copyGrant(source: CopySide, destination: CopySide, length: number, flags: number): number;
  /** Machine frames of the domain's own table, which it may map and write, grown to `pages`; a negative GNTST_… when it may not have as many. */
  setupTable(pages: number): readonly number[] | number;
  querySize(): { readonly pages: number; readonly most: number };
}

/** What EVTCHNOP_status tells: an EVTCHNSTAT_…, and the one or two words that belong to it. */
export interface ChannelStatus {
  readonly status: number;
  readonly words: readonly number[];
}

/** The domain's event channels. What returns a port returns a negative error number otherwise, what does not, 0. */
export interface Channels {
  /** An interrupt line of the machine's. */
  bindLine(line: number): number;
  bindVirq(virq: number): number;
  /** A port of `domain` on which `remote` may bind. */
  allocUnbound(domain: number, remote: number): number;
  bindInterdomain(remote: number, remotePort: number): number;
  send(port: number): number;
  close(port: number): number;
  unmask(port: number): number;
  status(domain: number, port: number): ChannelStatus | number;
  /** The line asks: an event for whom has bound it. */
  interrupt(line: number): void;
  /** vcpu_info lies at this machine address from now on, with what it held. */
  moved(to: number): void;
}

export interface Neighbours {
  readonly grants: Grants;
  readonly channels: Channels;
  /** The domain is in the hypervisor: whoever else has work does it now. */
  run(): void;
  /** The domain goes on. */
  resume(): void;
}
