/** Of the PCI transport (4.1). */
import { by, FILES, notOffered, type Row } from "./clause.ts";

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
const GENERATION =
  "the generation changes when a changed configuration is read, however often it changed (4.1.4.3.1)";
const SIZES =
  "packed queues have any size, split ones a power of 2, whatever was written before the features were agreed on";

export const PCI_CLAUSES: readonly Row[] = [
  [
    "4.1.1",
    "a function as the PCI specification has it",
    by(FILES.function, "identity and unwritable registers stay"),
  ],
  ["4.1.2.1", "vendor 1af4, device 1040 + ID", by(FILES.pci, LAYOUT)],
  ["4.1.3.2", "halves of a 64-bit field can be reached by themselves", by(FILES.pci, ACCESS)],
  ["4.1.4.2", "cap_len counts what follows the common part", by(FILES.pci, LAYOUT)],
  ["4.1.4.3.1", "offset a multiple of 4", by(FILES.pci, LAYOUT)],
  ["4.1.4.3.1", "a common configuration capability", by(FILES.pci, STRUCTURES)],
  ["4.1.4.3.1", "features offered, by the dword selected", by(FILES.pci, FEATURES)],
  ["4.1.4.3.1", "features accepted read back", by(FILES.pci, FEATURES)],
  ["4.1.4.3.1", "another generation after a change that was read", by(FILES.pci, GENERATION)],
  ["4.1.4.3.1", "another generation even after 256 changes between two reads", by(FILES.pci, GENERATION)],
  ["4.1.4.3.1", "0 in device_status resets, and reads back", by(FILES.pci, FEATURES)],
  ["4.1.4.3.1", "queue_enable 0 after a reset", by(FILES.pci, FEATURES)],
  ["4.1.4.3.1", "queue_reset", notOffered("VIRTIO_F_RING_RESET")],
  ["4.1.4.3.1", "queue_size 0 for a queue that does not exist", by(FILES.pci, NO_QUEUE)],
  ["4.1.4.3.1", "queue_size a power of 2, unless queues are packed", by(FILES.pci, SIZES)],
  ["4.1.4.4.1", "a notification capability", by(FILES.pci, STRUCTURES)],
  ["4.1.4.4.1", "aligned, the multiplier a power of 2, long enough for all queues", by(FILES.pci, LAYOUT)],
  ["4.1.4.5.1", "an ISR capability", by(FILES.pci, STRUCTURES)],
  ["4.1.4.5.1", "its configuration bit set before a configuration change is told", by(FILES.pci, MESSAGES)],
  ["4.1.4.5.1", "without MSI-X its queue bit set before a queue is told of", by(FILES.pci, UP)],
  ["4.1.4.5.1", "without MSI-X the interrupt status of PCI follows it", by(FILES.pci, UP)],
  ["4.1.4.5.1", "0 after it was read", by(FILES.pci, UP)],
  ["4.1.4.6.1", "offset a multiple of 4", by(FILES.pci, LAYOUT)],
  ["4.1.4.7.1", "regions of shared memory", { none: "no device here has any" }],
  ["4.1.4.8.1", "vendor data", { none: "no such capability is presented" }],
  ["4.1.4.9.1", "an access capability", by(FILES.pci, STRUCTURES)],
  ["4.1.4.9.1", "its data is a read of the window that it selects", by(FILES.pci, ACCESS)],
  ["4.1.4.9.1", "its data is a write to the window that it selects", by(FILES.pci, ACCESS)],
  ["4.1.5.1.2.1", "the size of the table is reported", by(FILES.msix, TABLE)],
  ["4.1.5.1.2.1", "any event to any vector, and to none", by(FILES.pci, MESSAGES)],
  ["4.1.5.1.2.1", "the vector reads back, or none", by(FILES.pci, UNMAPPED)],
  ["4.1.5.1.2.1", "all unmapped after a reset", by(FILES.pci, UNMAPPED)],
  ["4.1.5.3.1", "no interrupt of a queue without a vector", by(FILES.pci, UNMAPPED)],
  ["4.1.5.4.1", "no interrupt of the configuration without a vector", by(FILES.pci, UNMAPPED)],
];
