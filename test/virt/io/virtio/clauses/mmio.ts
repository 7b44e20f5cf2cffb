/** Of the MMIO transport (4.2). */
import { by, FILES, notOffered, type Row } from "./clause.ts";

const WHO = "says what it is (4.2.2.1)";
const ACK = "a driver brings the device up, and acknowledges its interrupt";
const RESET = "a reset clears interrupts and queues";
const CONFIG = "the configuration is read and written by the byte, its changes are counted";
const NOT_READY = "a queue that is not ready is not touched, until a reset";

export const MMIO_CLAUSES: readonly Row[] = [
  ["4.2.2.1", "MagicValue is 74726976", by(FILES.mmio, WHO)],
  ["4.2.2.1", "Version is 2", by(FILES.mmio, WHO)],
  [
    "4.2.2.1",
    "an event's bit in InterruptStatus from when it happens until it is acknowledged",
    by(FILES.mmio, ACK),
  ],
  ["4.2.2.1", "other bits of InterruptStatus are 0", by(FILES.mmio, ACK)],
  ["4.2.2.1", "a reset clears InterruptStatus", by(FILES.mmio, RESET)],
  ["4.2.2.1", "a reset clears QueueReady of all queues", by(FILES.mmio, RESET)],
  ["4.2.2.1", "another ConfigGeneration when the driver could see half of a change", by(FILES.mmio, CONFIG)],
  ["4.2.2.1", "a queue's contents untouched while its QueueReady is 0", by(FILES.mmio, NOT_READY)],
  ["4.2.2.1", "QueueReset", notOffered("VIRTIO_F_RING_RESET")],
];
