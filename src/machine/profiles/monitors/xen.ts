/** The hypervisor of Barham et al. 2003: paravirtualized guests with validated page tables of their own. */
import type { MonitorPrices } from "../../cost.ts";
import { IO_SOURCES, IO_WORK } from "./io.ts";

const ESTIMATE = "assumption: instructions of such a path, counted by hand, at one cycle each; not measured";
const FITTED_FORK =
  "fitted: Barham et al. 2003, Table 3: fork takes 1.8 times the native time, with eight traps, thirty requests and twenty-four checked entries of " +
  "page tables; estimated by hand at twice as much, they came out too dear";

export const XEN: MonitorPrices = {
  id: "xen",
  name: "Xen 1.2 … 2.0, 2003",
  work: {
    dispatch: 60,
    decode: 80,
    emulate: 60,
    interpret: 150,
    inject: 150,
    guestWalk: 20,
    shadowFill: 150,
    shadowDrop: 20,
    tracedWrite: 150,
    addressSpace: 2650,
    callout: 60,
    translate: 300,
    lookup: 150,
    userEntry: 200,
    hypercall: 40,
    validate: 20,
    upcall: 150,
    device: 50,
    worldSwitch: 4000,
    hostCall: 1500,
    helper: 25,
    ...IO_WORK,
  },
  sources: {
    dispatch: FITTED_FORK,
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
    hypercall: FITTED_FORK,
    validate: FITTED_FORK,
    upcall: ESTIMATE,
    device: ESTIMATE,
    worldSwitch: ESTIMATE,
    hostCall: ESTIMATE,
    helper: ESTIMATE,
    ...IO_SOURCES,
  },
};
