/** The hypervisor of Barham et al. 2003: paravirtualized guests with validated page tables of their own. */
import type { MonitorPrices } from "../../cost.ts";

const ESTIMATE = "assumption: instructions of such a path, counted by hand, at one cycle each; not measured";

export const XEN: MonitorPrices = {
  id: "xen",
  name: "Xen 1.2 … 2.0, 2003",
  work: {
    dispatch: 120,
    decode: 80,
    emulate: 60,
    interpret: 150,
    inject: 150,
    guestWalk: 20,
    shadowFill: 150,
    shadowDrop: 20,
    tracedWrite: 150,
    addressSpace: 1900,
    callout: 60,
    translate: 300,
    lookup: 150,
    userEntry: 200,
    hypercall: 60,
    validate: 40,
    upcall: 150,
    device: 50,
    worldSwitch: 4000,
    hostCall: 1500,
  },
  sources: {
    dispatch: ESTIMATE,
    decode: ESTIMATE,
    emulate: ESTIMATE,
    interpret: ESTIMATE,
    inject: ESTIMATE,
    guestWalk: ESTIMATE,
    shadowFill: ESTIMATE,
    shadowDrop: ESTIMATE,
    tracedWrite: ESTIMATE,
    addressSpace:
      "fitted: Barham et al. 2003, Table 4: a switch between two processes takes 1.2 µs more than natively, of which the hypercall's trap, its " +
      "IRET and the misses of a TLB without global pages are 0.7. CR3 is loaded here and not by the guest: that price is in it",
    callout: ESTIMATE,
    translate: ESTIMATE,
    lookup: ESTIMATE,
    userEntry: ESTIMATE,
    hypercall: ESTIMATE,
    validate: ESTIMATE,
    upcall: ESTIMATE,
    device: ESTIMATE,
    worldSwitch: ESTIMATE,
    hostCall: ESTIMATE,
  },
};
