/** Of any device and its queues (2, 6). */
import { by, FILES, notOffered, type Row } from "./clause.ts";

const ACCESS = "configuration space is a way to the window as well (4.1.4.9)";
const FLAG = "a split queue's notifications are not held back by the flag with the event index (2.7.7.2)";
const LISTEN = "of the driver stop while the device does not listen";
const BROKEN = "needs a reset after a broken queue, says so once, and works again after it";
const CUT_UP = "sends what follows the header once, however it is cut up and often it is told";
const EACH = "are one for what was pushed since the last";
const HOSTILE = "a hostile driver of %s by %s never makes the device write where it was not let";
const LATE = "answers when the disk does, and a reset leaves the answer to nobody";
const WRITTEN = "reads, writes and tells the driver how much it has written";
const ORDER = "come in order, with what may be read before what may be written";
const ANY_ORDER = "go back in any order, with what was written";
const AVAIL = "nothing is taken before AVAIL has changed and USED has not (2.8.15)";
const ONE_USED =
  "a list is used by one descriptor, at its place in the order of completion, and nothing else is written";
const LATE_FEATURES = "takes no features that were not offered, and none late (2.2.2, 3.1.1)";

export const QUEUE_CLAUSES: readonly Row[] = [
  [
    "2.1.2",
    "no buffer taken and nobody told before DRIVER_OK",
    by(FILES.blk, "consumes nothing before DRIVER_OK (2.1.2)"),
  ],
  ["2.1.2", "a live driver is told of DEVICE_NEEDS_RESET", by(FILES.blk, BROKEN)],
  ["2.2.2", "no feature offered without those it needs", { none: "none of ours needs another one" }],
  [
    "2.2.2",
    "FEATURES_OK stays clear for a subset not taken",
    by(FILES.blk, "takes no features that were not offered, and none late (2.2.2, 3.1.1)"),
  ],
  ["2.4.1", "status is 0 after a reset", by(FILES.blk, BROKEN)],
  ["2.4.1", "neither queues nor notifications between a reset and the next start", by(FILES.blk, LATE)],
  ["2.5.2", "configuration can be read before FEATURES_OK", by(FILES.pci, ACCESS)],
  ["2.6.1.1.1", "reset of one queue", notOffered("VIRTIO_F_RING_RESET")],
  ["2.6.1.2.1", "a queue enabled again", notOffered("VIRTIO_F_RING_RESET")],
  ["2.7.4.1", "no assumption about how a request is cut up", by(FILES.net, CUT_UP)],
  [
    "2.7.5.1",
    "nothing written to buffers that it may only read, nor to descriptors",
    by(FILES.fuzz, HOSTILE),
  ],
  [
    "2.7.5.3.2",
    "the write flag of a descriptor of an indirect table is ignored",
    by(FILES.split, "of an indirect table, after descriptors of the ring, are one chain (2.7.5.3.2)"),
  ],
  [
    "2.7.5.3.2",
    "direct descriptors may come before an indirect one",
    by(FILES.split, "of an indirect table, after descriptors of the ring, are one chain (2.7.5.3.2)"),
  ],
  ["2.7.7.2", "without the event index: used_event ignored, told when the flag is 0", by(FILES.queue, EACH)],
  ["2.7.7.2", "with the event index: the flag ignored", by(FILES.split, FLAG)],
  [
    "2.7.7.2",
    "with the event index: told when used_event is passed",
    by(FILES.queue, "come when the event that the driver waits for is passed"),
  ],
  [
    "2.7.8.2",
    "the length is there before the index moves",
    { none: "a driver of a simulated processor runs before or after push(), never within it" },
  ],
  ["2.7.8.2", "at least the length is written, from the first writable byte on", by(FILES.blk, WRITTEN)],
  ["2.7.10.2", "without the event index: flags 0 or 1", by(FILES.queue, LISTEN)],
  ["2.7.10.2", "with the event index: flags 0", by(FILES.queue, LISTEN)],
  ["2.7.10.2", "a notification too many does no harm", by(FILES.net, CUT_UP)],
  ["2.8.12", "buffers are taken in the order of the ring", by(FILES.queue, ORDER)],
  ["2.8.12", "used descriptors are written in the order of completion", by(FILES.queue, ANY_ORDER)],
  ["2.8.15", "nothing written to a buffer that it may only read", by(FILES.fuzz, HOSTILE)],
  ["2.8.15", "no descriptor used before AVAIL has changed", by(FILES.packed, AVAIL)],
  ["2.8.15", "no descriptor changed after USED was", by(FILES.packed, ONE_USED)],
  ["2.8.18", "a list's descriptors are used in their order", by(FILES.queue, ORDER)],
  ["2.10.2", "regions of shared memory", { none: "no device here has any" }],
  ["6.2", "VERSION_1 is offered", by(FILES.blk, LATE_FEATURES)],
  ["6.2", "with IN_ORDER buffers are used in order", notOffered("VIRTIO_F_IN_ORDER")],
  ["6.2", "SR_IOV is not offered without its capability", notOffered("VIRTIO_F_SR_IOV")],
];
