/** What virtual I/O costs the processor, the same for every monitor until a figure tells them apart. */
import type { IoWork } from "../../cost.ts";

const ESTIMATE = "assumption: instructions of such a path, counted by hand, at one cycle each; not measured";
const NATIVE_TCP =
  "fitted: Barham et al. 2003, Table 6, L: with 448 bytes of data in a segment (MTU 500, timestamps) and an acknowledgment for every second one, 602 Mb/s " +
  "out and 544 Mb/s in take all of a 2.4-GHz processor; seven lines copied are apart";
const LINES =
  "assumption: a load and a store of 4 bytes a cycle, as REP MOVSD does on lines that are near; not measured";

export const IO_WORK: Readonly<Record<IoWork, number>> = {
  kick: 300,
  request: 600,
  checksumLine: 32,
  copyLine: 16,
  packet: 2000,
  stackOut: 8435,
  stackIn: 11_483,
  grantMap: 500,
  grantUnmap: 700,
  grantCopy: 300,
  grantTransfer: 1200,
  eventSend: 100,
  domainSwitch: 1500,
  ioMap: 100,
  ioUnmap: 100,
  iotlbFlush: 2000,
  interruptPost: 60,
};

export const IO_SOURCES: Readonly<Record<IoWork, string>> = {
  kick: ESTIMATE,
  request: ESTIMATE,
  checksumLine:
    "assumption: sixteen ADC with a memory operand, of which each waits two cycles for the carry of the one before; not measured",
  copyLine: LINES,
  packet: ESTIMATE,
  stackOut: NATIVE_TCP,
  stackIn: NATIVE_TCP,
  grantMap: ESTIMATE,
  grantUnmap: ESTIMATE,
  grantCopy: ESTIMATE,
  grantTransfer:
    "assumption: a grantUnmap and a grantMap, which do as much to two address spaces; not measured",
  eventSend: ESTIMATE,
  domainSwitch: ESTIMATE,
  ioMap: ESTIMATE,
  ioUnmap: ESTIMATE,
  iotlbFlush: ESTIMATE,
  interruptPost: ESTIMATE,
};
