/** Of a driver, where one is ours: the mock drivers of both kinds of queue, and the assembly's for PCI and blk (2, 3, 4.1, 5.2, 6). */
import { by, FILES, notOffered, type Row } from "./clause.ts";

const TABLE = "in an indirect table take one descriptor of the ring";
const ORDER = "come in order, with what may be read before what may be written";
const RESET = "a reset comes first, and is waited for (3.1.1, 4.1.4.3.2)";
const STEPS =
  "the status goes up step by step, no bit is cleared, and FEATURES_OK is read back (2.1.1, 3.1.1)";
const TAKES =
  "takes features that were offered only, VERSION_1 among them, and none late (2.2.1, 3.1.1, 6.1)";
const ALIGNED =
  "its parts are aligned, and the flags of its ring are 0 with the event index (2.7.1, 2.7.7.1)";
const PLACED = "a driver puts its parts where their alignment is, and starts them as zeroes";
const NO_COMPLAINT = "the device had nothing to complain of (2.7.4.2, 2.7.5.2, 2.7.5.3.1, 2.7.6.1, 5.2.6.1)";
const ROOM = "are no more than the queue has room for";
const FLAGS = "are held back while the driver does not listen";
const SPURIOUS =
  "a driver is not confused by a notification too many, and refuses a buffer that the device does not have";
const DEVICE_LISTENS = "of the driver stop while the device does not listen";
const WRAPS = "come after the ring has wrapped, many times, also lists that wrap and go back disordered";
const QUIET = "no notification before DRIVER_OK (3.1.1)";
const WIDTHS =
  "each field is accessed in its own width, aligned, and what is the device's is not written (4.1.3.1, 4.1.4.3.2)";
const CAPABILITIES = "no field of a capability is written, but MSI-X's control (4.1.4.1)";
const ENABLED = "a queue is enabled once, after its fields, and never disabled (4.1.4.3.2)";
const VECTORS = "the vector is one of the table's, and is read back (4.1.5.1.2.2)";

export const DRIVER_CLAUSES: readonly Row[] = [
  ["2.1.1", "the status tells of each completed step", by(FILES.guest, STEPS)],
  ["2.1.1", "no bit of the status is cleared", by(FILES.guest, STEPS)],
  ["2.1.1", "a reset after FAILED", { none: "the assembly sets FAILED and gives up" }],
  ["2.2.1", "only features that were offered, with those that they need", by(FILES.guest, TAKES)],
  [
    "2.2.1",
    "FAILED when a feature that it needs is not offered",
    { none: "the assembly needs none but VERSION_1, without which FEATURES_OK stays clear" },
  ],
  [
    "2.5.1",
    "nothing wider than 32 bits is taken for atomic",
    { none: "the assembly reads no configuration of its device" },
  ],
  [
    "2.5.1",
    "optional fields only with their feature",
    { none: "the assembly reads no configuration of its device" },
  ],
  [
    "2.5.1",
    "structures may be longer than it knows",
    { none: "the assembly looks at where a structure begins alone" },
  ],
  ["2.6.1.1.2", "reset of one queue is verified", notOffered("VIRTIO_F_RING_RESET")],
  ["2.6.1.2.2", "a queue is configured again", notOffered("VIRTIO_F_RING_RESET")],
  ["2.7.1", "parts of a queue are aligned", by(FILES.guest, ALIGNED)],
  ["2.7.1", "parts of a mock queue are aligned", by(FILES.queue, PLACED)],
  ["2.7.4.2", "what the device writes comes after what it reads", by(FILES.queue, ORDER)],
  ["2.7.5.2", "no chain of more than 2^32 bytes, and no loop", by(FILES.guest, NO_COMPLAINT)],
  ["2.7.5.2", "with IN_ORDER descriptors follow one another", notOffered("VIRTIO_F_IN_ORDER")],
  [
    "2.7.5.3.1",
    "no indirect table within one, none that is not negotiated, none with NEXT",
    by(FILES.guest, NO_COMPLAINT),
  ],
  ["2.7.5.3.1", "no chain longer than the queue", by(FILES.queue, ROOM)],
  ["2.7.6.1", "the available index never goes back", by(FILES.guest, NO_COMPLAINT)],
  ["2.7.7.1", "flags 0 with the event index", by(FILES.guest, ALIGNED)],
  ["2.7.7.1", "flags 0 or 1 without it", by(FILES.queue, FLAGS)],
  ["2.7.7.1", "a notification too many does no harm", by(FILES.queue, SPURIOUS)],
  [
    "2.7.8.3",
    "nothing assumed of data beyond what was written",
    { none: "the assembly asks for whole sectors, and a status that is not 0 is an error" },
  ],
  ["2.7.10.1", "the used ring starts as zeroes", by(FILES.queue, PLACED)],
  ["2.7.10.1", "told when the flag is 0, without the event index", by(FILES.queue, DEVICE_LISTENS)],
  ["2.7.10.1", "told when avail_event is passed, with it", by(FILES.queue, DEVICE_LISTENS)],
  ["2.7.13.3.1", "a barrier before the index", { none: "x86 keeps the order of stores" }],
  [
    "2.7.13.4.1",
    "a barrier before the suppression is read",
    {
      none: "a locked instruction stands there; on one simulated processor nothing could show that it is missing",
    },
  ],
  ["2.8.11", "parts of a packed queue are aligned", by(FILES.queue, PLACED)],
  ["2.8.16", "no descriptor changed before USED was", by(FILES.queue, ROOM)],
  ["2.8.16", "no descriptor changed after AVAIL was", by(FILES.queue, WRAPS)],
  ["2.8.16", "next_off and next_wrap in a notification", notOffered("VIRTIO_F_NOTIFICATION_DATA")],
  ["2.8.17", "no list longer than the queue, nor without room for all of it", by(FILES.queue, ROOM)],
  ["2.8.17", "what the device writes comes after what it reads", by(FILES.queue, ORDER)],
  ["2.8.17", "not depending on more descriptors that the device uses", by(FILES.queue, WRAPS)],
  [
    "2.8.17",
    "the first of a list becomes available last",
    { none: "the mock writes a list from its end; nothing runs between its writes" },
  ],
  [
    "2.8.19",
    "no indirect table that was not negotiated, and no flag but WRITE within one",
    by(FILES.queue, TABLE),
  ],
  ["2.8.21.1.1", "a barrier before the flags", { none: "x86 keeps the order of stores" }],
  ["3.1.1", "the order of bringing a device up", by(FILES.guest, STEPS)],
  ["3.1.1", "a reset first", by(FILES.guest, RESET)],
  ["3.1.1", "no new features after FEATURES_OK, which is read back", by(FILES.guest, TAKES)],
  ["3.1.1", "no notification before DRIVER_OK", by(FILES.guest, QUIET)],
  ["3.3.1", "no entry of a buffer that the device has is altered", by(FILES.queue, ROOM)],
  ["4.1.2.2", "by vendor 1af4 and device 1040 + ID, any revision", by(FILES.guest, RESET)],
  ["4.1.3.1", "accesses as wide as their fields", by(FILES.guest, WIDTHS)],
  [
    "4.1.4.1",
    "reserved types of structures are ignored",
    { none: "the assembly looks for four types and passes over all others; our cards show five" },
  ],
  ["4.1.4.1", "reserved BARs are ignored", { none: "open: the assembly believes any BAR" }],
  ["4.1.4.1", "no field of a capability is written", by(FILES.guest, CAPABILITIES)],
  ["4.1.4.3.2", "what is the device's is not written", by(FILES.guest, WIDTHS)],
  ["4.1.4.3.2", "queue_size not 0, and a power of 2 unless packed", by(FILES.guest, NO_COMPLAINT)],
  ["4.1.4.3.2", "a queue is enabled after its fields, never disabled", by(FILES.guest, ENABLED)],
  ["4.1.4.3.2", "a reset is waited for", by(FILES.guest, RESET)],
  ["4.1.4.8.2", "vendor data only after a look at its vendor", { none: "no such capability is used" }],
  [
    "4.1.4.9.2",
    "accesses through configuration space are aligned and inside",
    { none: "the assembly reaches the window itself; ours refuse others" },
  ],
  ["4.1.5.1.2.2", "vectors of the table only, and read back", by(FILES.guest, VECTORS)],
  ["4.1.5.2.1", "queue_notify_data", notOffered("VIRTIO_F_NOTIF_CONFIG_DATA")],
  [
    "4.1.5.4.2",
    "one interrupt for both reasons",
    { none: "the assembly looks at its queue at every interrupt, whatever the reason" },
  ],
  ["5.2.5.1", "writeback not read before FEATURES_OK", notOffered("VIRTIO_BLK_F_CONFIG_WCE")],
  ["5.2.6.1", "no request beyond the capacity, whole sectors", by(FILES.guest, NO_COMPLAINT)],
  [
    "5.2.6.1",
    "sector 0 of a flush, lengths of discards and identities",
    { none: "the assembly reads and writes only" },
  ],
  ["6.1", "VERSION_1 accepted", by(FILES.guest, TAKES)],
  [
    "6.1",
    "ACCESS_PLATFORM accepted, and the IOMMU set up",
    { none: "the assembly takes it; who plugs an IOMMU in sets it up (systems)" },
  ],
  ["6.1", "barriers of hardware with ORDER_PLATFORM", notOffered("VIRTIO_F_ORDER_PLATFORM")],
  ["6.1", "SR_IOV", notOffered("VIRTIO_F_SR_IOV")],
];
