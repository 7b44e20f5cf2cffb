/** QEMU's full-system translation: helpers and devices in one process of the host. */
import type { MonitorPrices } from "../../cost.ts";
import { IO_SOURCES, IO_WORK } from "./io.ts";

/** Tables of virt/cpu/emulate/env.ts: three software TLBs, and the jump targets. */
const FLUSHED = 3 * 256 + 4096;

const ESTIMATE = "assumption: instructions of such a path, counted by hand, at one cycle each; not measured";

export const QEMU: MonitorPrices = {
  id: "qemu",
  name: "QEMU with TCG",
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
    addressSpace: FLUSHED,
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
    ...IO_WORK,
  },
  sources: {
    dispatch: ESTIMATE,
    decode: ESTIMATE,
    emulate: ESTIMATE,
    interpret: ESTIMATE,
    inject: ESTIMATE,
    guestWalk: ESTIMATE,
    shadowFill: `an entry of the software TLB; ${ESTIMATE}`,
    shadowDrop: `an entry of the software TLB; ${ESTIMATE}`,
    tracedWrite: ESTIMATE,
    addressSpace:
      "a flush: 3 · 256 entries of the software TLBs and 4096 jump targets, QEMU's sizes (from memory); assumption: one store and one cycle each",
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
    ...IO_SOURCES,
  },
};
