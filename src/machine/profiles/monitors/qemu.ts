/** QEMU's full-system translation: helpers and devices in one process of the host. */
import type { MonitorPrices } from "../../cost.ts";
import { IO_SOURCES, IO_WORK } from "./io.ts";

/** Tables of virt/cpu/emulate/env.ts: three software TLBs, and the jump targets. */
const FLUSHED = 3 * 256 + 4096;

const ESTIMATE = "assumption: instructions of such a path, counted by hand, at one cycle each; not measured";

/** A step of sysbench's loop is 130 instructions of the host's: 62 of translated code, 12 of which are for these calls, and 68 in the three. */
const COUNTED =
  "counted: QEMU 7.2 (Debian 12) executing sysbench-cpu, 6000 steps of its thread in gdb: for CVTSI2SD 4 + 27 instructions of the host's, for COMISD " +
  "4 + 26, for DIV 4 + 15; less the call and the instruction itself, which are paid for as such, 29, 28 and 17: 25 in the mean. Assumption: one cycle each";

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
    helper: 25,
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
    helper: COUNTED,
    ...IO_SOURCES,
  },
};
