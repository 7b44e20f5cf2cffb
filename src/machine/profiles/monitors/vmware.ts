/** The software monitor of Adams & Agesen 2006: binary translation and traced shadow page tables. */
import type { MonitorPrices } from "../../cost.ts";
import { IO_SOURCES, IO_WORK } from "./io.ts";

const ESTIMATE = "assumption: instructions of such a path, counted by hand, at one cycle each; not measured";
const IN_FIT =
  "fitted: Adams & Agesen 2006, in: 214 cycles (native, divided by fifteen) are a call-out, the emulator, the virtual device and finding " +
  "where to go on; how they share it is an assumption";

export const VMWARE: MonitorPrices = {
  id: "vmware",
  name: "VMware Workstation 5.5, software monitor, 2005",
  work: {
    dispatch: 120,
    decode: 80,
    emulate: 50,
    interpret: 150,
    inject: 2400,
    guestWalk: 20,
    shadowFill: 150,
    shadowDrop: 20,
    tracedWrite: 230,
    addressSpace: 300,
    callout: 50,
    translate: 300,
    lookup: 60,
    userEntry: 140,
    hypercall: 60,
    validate: 40,
    upcall: 150,
    device: 40,
    worldSwitch: 4000,
    hostCall: 1500,
    helper: 25,
    ...IO_WORK,
  },
  sources: {
    dispatch: ESTIMATE,
    decode: ESTIMATE,
    emulate: IN_FIT,
    interpret: ESTIMATE,
    inject:
      "fitted: Adams & Agesen 2006, pgfault: 3927 cycles, of which the trap, its IRET and the walk are some 1500; the rest decides whose fault it is, writes the guest's frame with its checks, and finds the handler's translation. Also of every other event that the guest is to see",
    guestWalk: ESTIMATE,
    shadowFill: ESTIMATE,
    shadowDrop: ESTIMATE,
    tracedWrite:
      "fitted: Adams & Agesen 2006, ptemod: 391 cycles, of which a call-out to the emulator is some 170; the rest finds the table's shadow and puts its entry right",
    addressSpace: ESTIMATE,
    callout: IN_FIT,
    translate: ESTIMATE,
    lookup: IN_FIT,
    userEntry:
      "fitted: Adams & Agesen 2006, syscall: 2000 cycles above native, of which the trap, two ways back by IRET, decoding and emulating SYSENTER and SYSEXIT are some 1700",
    hypercall: ESTIMATE,
    validate: ESTIMATE,
    upcall: ESTIMATE,
    device: IN_FIT,
    worldSwitch: ESTIMATE,
    hostCall: ESTIMATE,
    helper: ESTIMATE,
    ...IO_SOURCES,
  },
};
