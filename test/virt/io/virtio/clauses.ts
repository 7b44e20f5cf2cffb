/** What Virtual I/O Device (VIRTIO) 1.2 requires of a device (its MUST and MUST NOT), in our words, and what shows that ours do it. */

const QUEUE = "queue.test.ts";
const BLK = "blk.test.ts";
const NET = "net.test.ts";
const PCI = "transport/pci.test.ts";
const MSIX = "../../../machine/devices/pci/msi-x.test.ts";
const FUZZ = "fuzz.test.ts";

/** A test by file and name, or why there is none. */
export type Shown = { readonly test: readonly [file: string, name: string] } | { readonly none: string };
export interface Clause {
  readonly section: string;
  readonly requires: string;
  readonly shown: Shown;
}

const by = (file: string, name: string): Shown => ({ test: [file, name] });
const notOffered = (feature: string): Shown => ({ none: `${feature} is not offered` });

const UP = "a driver brings the device up, and reading the ISR releases the pin";
const LAYOUT = "who it is, and where its structures are, is as the bus asks for (4.1.2.1)";
const FEATURES =
  "features beyond 63 read as 0, those accepted read back, and a reset disables the queues (4.1.4.3.1)";
const STRUCTURES = "five vendor capabilities lead to the structures (4.1.4), and one to MSI-X";
const ACCESS = "configuration space is a way to the window as well (4.1.4.9)";
const NO_QUEUE = "a queue that is not there has size 0, and a size that is none is not taken";
const UNMAPPED = "a vector that the table does not have reads back as none, and a reset unmaps all";
const MESSAGES =
  "with MSI-X a queue and the configuration have messages of their own, and the pin is not used";
const TABLE =
  "the capability says where table and pending bits are, and only its two control bits can be written";
const FLAG = "a split queue's notifications are not held back by the flag with the event index (2.7.7.2)";
const LISTEN = "of the driver stop while the device does not listen";
const RECEIVE = "receives into one buffer, behind a header that says so (5.1.6.4.1)";
const HEADER = "takes nothing from a header whose features were not negotiated (5.1.6.2.2)";
const BROKEN = "needs a reset after a broken queue, says so once, and works again after it";
const CUT_UP = "sends what follows the header once, however it is cut up and often it is told";
const EACH = "are one for what was pushed since the last";
const HOSTILE = "a hostile driver of %s never makes the device write where it was not let";
const REFUSED = "refuses what it does not know, what is beyond the end, and parts of sectors";
const LATE = "answers when the disk does, and a reset leaves the answer to nobody";
const WRITTEN = "reads, writes and tells the driver how much it has written";

const ROWS: readonly (readonly [section: string, requires: string, shown: Shown])[] = [
  [
    "2.1.2",
    "no buffer taken and nobody told before DRIVER_OK",
    by(BLK, "consumes nothing before DRIVER_OK (2.1.2)"),
  ],
  ["2.1.2", "a live driver is told of DEVICE_NEEDS_RESET", by(BLK, BROKEN)],
  ["2.2.2", "no feature offered without those it needs", { none: "none of ours needs another one" }],
  [
    "2.2.2",
    "FEATURES_OK stays clear for a subset not taken",
    by(BLK, "takes no features that were not offered, and none late (2.2.2, 3.1.1)"),
  ],
  ["2.4.1", "status is 0 after a reset", by(BLK, BROKEN)],
  ["2.4.1", "neither queues nor notifications between a reset and the next start", by(BLK, LATE)],
  ["2.5.2", "configuration can be read before FEATURES_OK", by(PCI, ACCESS)],
  ["2.6.1.1.1", "reset of one queue", notOffered("VIRTIO_F_RING_RESET")],
  ["2.6.1.2.1", "a queue enabled again", notOffered("VIRTIO_F_RING_RESET")],
  ["2.7.4.1", "no assumption about how a request is cut up", by(NET, CUT_UP)],
  ["2.7.5.1", "nothing written to buffers that it may only read, nor to descriptors", by(FUZZ, HOSTILE)],
  [
    "2.7.5.3.2",
    "the write flag of a descriptor of an indirect table is ignored",
    by(QUEUE, "of an indirect table, after descriptors of the ring, are one chain (2.7.5.3.2)"),
  ],
  [
    "2.7.5.3.2",
    "direct descriptors may come before an indirect one",
    by(QUEUE, "of an indirect table, after descriptors of the ring, are one chain (2.7.5.3.2)"),
  ],
  ["2.7.7.2", "without the event index: used_event ignored, told when the flag is 0", by(QUEUE, EACH)],
  ["2.7.7.2", "with the event index: the flag ignored", by(QUEUE, FLAG)],
  [
    "2.7.7.2",
    "with the event index: told when used_event is passed",
    by(QUEUE, "come when the event that the driver waits for is passed"),
  ],
  [
    "2.7.8.2",
    "the length is there before the index moves",
    { none: "a driver of a simulated processor runs before or after push(), never within it" },
  ],
  ["2.7.8.2", "at least the length is written, from the first writable byte on", by(BLK, WRITTEN)],
  ["2.7.10.2", "without the event index: flags 0 or 1", by(QUEUE, LISTEN)],
  ["2.7.10.2", "with the event index: flags 0", by(QUEUE, LISTEN)],
  ["2.7.10.2", "a notification too many does no harm", by(NET, CUT_UP)],
  [
    "4.1.1",
    "a function as the PCI specification has it",
    by("../../../machine/devices/pci/function.test.ts", "identity and unwritable registers stay"),
  ],
  ["4.1.2.1", "vendor 1af4, device 1040 + ID", by(PCI, LAYOUT)],
  ["4.1.3.2", "halves of a 64-bit field can be reached by themselves", by(PCI, ACCESS)],
  ["4.1.4.2", "cap_len counts what follows the common part", by(PCI, LAYOUT)],
  ["4.1.4.3.1", "offset a multiple of 4", by(PCI, LAYOUT)],
  ["4.1.4.3.1", "a common configuration capability", by(PCI, STRUCTURES)],
  ["4.1.4.3.1", "features offered, by the dword selected", by(PCI, FEATURES)],
  ["4.1.4.3.1", "features accepted read back", by(PCI, FEATURES)],
  [
    "4.1.4.3.1",
    "another generation after a change that was read",
    by(NET, "a link that goes down is a configuration change"),
  ],
  [
    "4.1.4.3.1",
    "another generation even after 256 changes between two reads",
    { none: "open: it counts changes, in 8 bits" },
  ],
  ["4.1.4.3.1", "0 in device_status resets, and reads back", by(PCI, FEATURES)],
  ["4.1.4.3.1", "queue_enable 0 after a reset", by(PCI, FEATURES)],
  ["4.1.4.3.1", "queue_reset", notOffered("VIRTIO_F_RING_RESET")],
  ["4.1.4.3.1", "queue_size 0 for a queue that does not exist", by(PCI, NO_QUEUE)],
  ["4.1.4.3.1", "queue_size a power of 2", by(PCI, NO_QUEUE)],
  ["4.1.4.4.1", "a notification capability", by(PCI, STRUCTURES)],
  ["4.1.4.4.1", "aligned, the multiplier a power of 2, long enough for all queues", by(PCI, LAYOUT)],
  ["4.1.4.5.1", "an ISR capability", by(PCI, STRUCTURES)],
  ["4.1.4.5.1", "its configuration bit set before a configuration change is told", by(PCI, MESSAGES)],
  ["4.1.4.5.1", "without MSI-X its queue bit set before a queue is told of", by(PCI, UP)],
  ["4.1.4.5.1", "without MSI-X the interrupt status of PCI follows it", by(PCI, UP)],
  ["4.1.4.5.1", "0 after it was read", by(PCI, UP)],
  ["4.1.4.6.1", "offset a multiple of 4", by(PCI, LAYOUT)],
  ["4.1.4.7.1", "regions of shared memory", { none: "no device here has any" }],
  ["4.1.4.8.1", "vendor data", { none: "no such capability is presented" }],
  ["4.1.4.9.1", "an access capability", by(PCI, STRUCTURES)],
  ["4.1.4.9.1", "its data is a read of the window that it selects", by(PCI, ACCESS)],
  ["4.1.4.9.1", "its data is a write to the window that it selects", by(PCI, ACCESS)],
  ["4.1.5.1.2.1", "the size of the table is reported", by(MSIX, TABLE)],
  ["4.1.5.1.2.1", "any event to any vector, and to none", by(PCI, MESSAGES)],
  ["4.1.5.1.2.1", "the vector reads back, or none", by(PCI, UNMAPPED)],
  ["4.1.5.1.2.1", "all unmapped after a reset", by(PCI, UNMAPPED)],
  ["4.1.5.3.1", "no interrupt of a queue without a vector", by(PCI, UNMAPPED)],
  ["4.1.5.4.1", "no interrupt of the configuration without a vector", by(PCI, UNMAPPED)],
  ["5.1.4.1", "pairs of queues", notOffered("VIRTIO_NET_F_MQ")],
  ["5.1.4.1", "mtu", notOffered("VIRTIO_NET_F_MTU")],
  ["5.1.4.1", "key and table of receive-side scaling", notOffered("VIRTIO_NET_F_RSS")],
  ["5.1.4.1", "speed and duplex", notOffered("VIRTIO_NET_F_SPEED_DUPLEX")],
  ["5.1.6.2.2", "unknown flags ignored", by(NET, HEADER)],
  ["5.1.6.2.2", "checksum fields unused without NEEDS_CSUM", by(NET, HEADER)],
  ["5.1.6.2.2", "hdr_len not relied on", by(NET, HEADER)],
  ["5.1.6.3.2", "num_buffers is the buffers used, one without merging", by(NET, RECEIVE)],
  ["5.1.6.4.1", "num_buffers 1 without merging", by(NET, RECEIVE)],
  ["5.1.6.4.1", "merged buffers filled, and used together", notOffered("VIRTIO_NET_F_MRG_RXBUF")],
  ["5.1.6.4.1", "flags 0 without GUEST_CSUM", by(NET, RECEIVE)],
  ["5.1.6.4.1", "gso_type NONE without segmentation offloads", by(NET, RECEIVE)],
  ["5.1.6.5", "commands of the control queue", notOffered("VIRTIO_NET_F_CTRL_VQ")],
  ["5.2.5.2", "FLUSH offered with CONFIG_WCE, writeback 0 without it", notOffered("VIRTIO_BLK_F_CONFIG_WCE")],
  [
    "5.2.5.2",
    "padding of the configuration is 0",
    { none: "its 60 bytes are made as zeroes and only fields are set" },
  ],
  [
    "5.2.6.2",
    "IOERR for a write to a read-only disk, nothing written",
    by(BLK, "writes nothing to a disk that is read-only (5.2.6.2)"),
  ],
  ["5.2.6.2", "UNSUPP for flags unknown, and for unmap with a discard", by(BLK, REFUSED)],
  [
    "5.2.6.2",
    "zeroes are read after write zeroes",
    by(BLK, "flushes, discards, writes zeroes and says who it is"),
  ],
  [
    "5.2.6.2",
    "what was flushed is on the medium",
    { none: "the medium holds every write when it is completed" },
  ],
];

/** Sections with requirements of a device, in the scope of this table. */
export const SECTIONS: readonly string[] = [
  ...["2.1.2", "2.2.2", "2.4.1", "2.5.2", "2.6.1.1.1", "2.6.1.2.1", "2.7.4.1", "2.7.5.1", "2.7.5.3.2"],
  ...["2.7.7.2", "2.7.8.2", "2.7.10.2", "4.1.1", "4.1.2.1", "4.1.3.2", "4.1.4.2", "4.1.4.3.1", "4.1.4.4.1"],
  ...[
    "4.1.4.5.1",
    "4.1.4.6.1",
    "4.1.4.7.1",
    "4.1.4.8.1",
    "4.1.4.9.1",
    "4.1.5.1.2.1",
    "4.1.5.3.1",
    "4.1.5.4.1",
  ],
  ...["5.1.4.1", "5.1.6.2.2", "5.1.6.3.2", "5.1.6.4.1", "5.1.6.5", "5.2.5.2", "5.2.6.2"],
];

export const CLAUSES: readonly Clause[] = ROWS.map(([section, requires, shown]) => ({
  section,
  requires,
  shown,
}));
