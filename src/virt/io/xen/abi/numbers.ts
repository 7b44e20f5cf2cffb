/** Numbers of Xen's interface (xen/include/public: xen.h, grant_table.h, event_channel.h, memory.h, errno.h) that this room speaks. */

export const PAGE = 4096;

/** Domains that are no domain: whoever asks, and nobody in particular. */
export const DOMID_SELF = 0x7ff0;
export const DOMID_INVALID = 0x7ff4;
/** The hypervisor, as the owner of frames. */
export const DOMID_XEN = 0x7ff2;

export const HYPERCALL = { memory: 12, grantTable: 20, eventChannel: 32 } as const;

/** What a failed hypercall returns, negative. */
export const EPERM = -1;
export const ENOENT = -2;
export const ESRCH = -3;
export const EFAULT = -14;
export const EBUSY = -16;
export const EEXIST = -17;
export const EINVAL = -22;
export const ENOSPC = -28;
export const ENOSYS = -38;

export const GNTTABOP = {
  mapGrantRef: 0,
  unmapGrantRef: 1,
  setupTable: 2,
  transfer: 4,
  copy: 5,
  querySize: 6,
  getVersion: 10,
} as const;

/** Status of one grant operation: GNTST_… */
export const GNTST = {
  okay: 0,
  generalError: -1,
  badDomain: -2,
  badGrantReference: -3,
  badHandle: -4,
  badVirtualAddress: -5,
  badDeviceAddress: -6,
  noDeviceSpace: -7,
  permissionDenied: -8,
  badPage: -9,
  badCopyArgument: -10,
  addressTooBig: -11,
  again: -12,
  noSpace: -13,
} as const;
export type GrantStatus = (typeof GNTST)[keyof typeof GNTST];

/** map_grant_ref: flags. Device mappings and mappings named by their page-table entry are refused. */
export const GNTMAP = { deviceMap: 1, hostMap: 2, readonly: 4, applicationMap: 8, containsPte: 16 } as const;
/** copy: what is named by a grant reference, and not by a frame of the caller's. */
export const GNTCOPY = { sourceGrant: 1, destinationGrant: 2 } as const;

export const EVTCHNOP = {
  bindInterdomain: 0,
  bindVirq: 1,
  bindPirq: 2,
  close: 3,
  send: 4,
  status: 5,
  allocUnbound: 6,
  bindIpi: 7,
  bindVcpu: 8,
  unmask: 9,
  reset: 10,
} as const;

/** Status of an event channel: EVTCHNSTAT_… */
export const EVTCHNSTAT = { closed: 0, unbound: 1, interdomain: 2, pirq: 3, virq: 4, ipi: 5 } as const;

export const VIRQ = { timer: 0, debug: 1, console: 2, domainException: 3, last: 23 } as const;

/** add_to_physmap: what is put at a frame number of the caller's. */
export const MAPSPACE = { sharedInfo: 0, grantTable: 1 } as const;
