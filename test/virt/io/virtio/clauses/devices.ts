/** Of the network, block, console, entropy and balloon devices (5.1 to 5.5). */
import { by, FILES, notOffered, type Row } from "./clause.ts";

const RECEIVE = "receives into one buffer, behind a header that says so (5.1.6.4.1)";
const HEADER = "takes nothing from a header whose features were not negotiated (5.1.6.2.2)";
const CUT_UP = "sends what follows the header once, however it is cut up and often it is told";
const REFUSED = "refuses what it does not know, what is beyond the end, and parts of sectors";
const EMERGENCY = "an emergency write needs no queue (5.3.5.1)";
const FILLS = "fills buffers with the bytes of the seed, and says how many";
const STATS = "statistics come when they are asked for, unknown tags are ignored (5.5.6.3)";
const PADDING = "its configuration says what it can do, and zeroes between";

export const DEVICE_CLAUSES: readonly Row[] = [
  ["5.1.4.1", "pairs of queues", notOffered("VIRTIO_NET_F_MQ")],
  ["5.1.4.1", "mtu", notOffered("VIRTIO_NET_F_MTU")],
  ["5.1.4.1", "key and table of receive-side scaling", notOffered("VIRTIO_NET_F_RSS")],
  ["5.1.4.1", "speed and duplex", notOffered("VIRTIO_NET_F_SPEED_DUPLEX")],
  ["5.1.6.2.2", "unknown flags ignored", by(FILES.net, HEADER)],
  ["5.1.6.2.2", "checksum fields unused without NEEDS_CSUM", by(FILES.net, HEADER)],
  ["5.1.6.2.2", "hdr_len not relied on", by(FILES.net, HEADER)],
  ["5.1.6.2.2", "a packet's checksum not relied on without NEEDS_CSUM", by(FILES.net, CUT_UP)],
  ["5.1.6.3.2", "num_buffers is the buffers used, one without merging", by(FILES.net, RECEIVE)],
  ["5.1.6.4.1", "num_buffers 1 without merging", by(FILES.net, RECEIVE)],
  ["5.1.6.4.1", "merged buffers filled, and used together", notOffered("VIRTIO_NET_F_MRG_RXBUF")],
  ["5.1.6.4.1", "flags 0 without GUEST_CSUM", by(FILES.net, RECEIVE)],
  ["5.1.6.4.1", "gso_type NONE without segmentation offloads", by(FILES.net, RECEIVE)],
  ["5.1.6.4.1", "RSC_INFO not set without RSC_EXT", by(FILES.net, RECEIVE)],
  [
    "5.1.6.4.1",
    "with GUEST_CSUM checksums are validated and fields set",
    notOffered("VIRTIO_NET_F_GUEST_CSUM"),
  ],
  ["5.1.6.5.1.1", "commands of receive filtering", notOffered("VIRTIO_NET_F_CTRL_RX")],
  ["5.1.6.5.2.1", "the table of MAC addresses, empty at first", notOffered("VIRTIO_NET_F_CTRL_VQ")],
  ["5.1.6.5.2.1", "mac is set before its command is used", notOffered("VIRTIO_NET_F_CTRL_MAC_ADDR")],
  ["5.1.6.5.4.2", "ANNOUNCE is cleared when it is acknowledged", notOffered("VIRTIO_NET_F_GUEST_ANNOUNCE")],
  [
    "5.1.6.5.6.2",
    "after a reset frames go to the first receive queue only",
    { none: "there is one receive queue" },
  ],
  ["5.1.6.5.6.2", "none to queues above virtqueue_pairs", notOffered("VIRTIO_NET_F_MQ")],
  ["5.1.6.5.7.3", "the queue is chosen by the hash", notOffered("VIRTIO_NET_F_RSS")],
  ["5.2.5.2", "FLUSH offered with CONFIG_WCE, writeback 0 without it", notOffered("VIRTIO_BLK_F_CONFIG_WCE")],
  ["5.2.5.2", "padding of the configuration is 0", by(FILES.blk, PADDING)],
  [
    "5.2.6.2",
    "IOERR for a write to a read-only disk, nothing written",
    by(FILES.blk, "writes nothing to a disk that is read-only (5.2.6.2)"),
  ],
  ["5.2.6.2", "UNSUPP for flags unknown, and for unmap with a discard", by(FILES.blk, REFUSED)],
  [
    "5.2.6.2",
    "zeroes are read after write zeroes",
    by(FILES.blk, "flushes, discards, writes zeroes and says who it is"),
  ],
  [
    "5.2.6.2",
    "what was flushed is on the medium",
    { none: "the medium holds every write when it is completed" },
  ],
  ["5.2.6.2", "no metrics of a life time that are reserved", notOffered("VIRTIO_BLK_F_LIFETIME")],
  ["5.3.5.1", "emerg_wr may be written even before the device is configured", by(FILES.console, EMERGENCY)],
  ["5.3.6.2.1", "ports are added once, and below max_nr_ports", notOffered("VIRTIO_CONSOLE_F_MULTIPORT")],
  ["5.3.6.2.1", "only ports that were added are removed", notOffered("VIRTIO_CONSOLE_F_MULTIPORT")],
  ["5.4.6.2", "one or more random bytes in every buffer", by(FILES.rng, FILLS)],
  ["5.5.6.3.2", "entries with unknown tags are ignored", by(FILES.balloon, STATS)],
  ["5.5.6.3.2", "entries in any order", by(FILES.balloon, STATS)],
  ["5.5.6.5.2", "no command ID again before its STOP", notOffered("VIRTIO_BALLOON_F_FREE_PAGE_HINT")],
  ["5.5.6.5.2", "hints of another command ID ignored", notOffered("VIRTIO_BALLOON_F_FREE_PAGE_HINT")],
  [
    "5.5.6.5.2",
    "a hinted page left alone after DONE, which is told",
    notOffered("VIRTIO_BALLOON_F_FREE_PAGE_HINT"),
  ],
  ["5.5.6.7.2", "reported pages hold poison_val or what they held", notOffered("VIRTIO_BALLOON_F_REPORTING")],
];
