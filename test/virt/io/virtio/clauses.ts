/** What Virtual I/O Device (VIRTIO) 1.2 requires of our devices, and of our drivers, and what shows that they keep it. */
import { DEVICE_CLAUSES } from "./clauses/devices.ts";
import { DRIVER_CLAUSES } from "./clauses/driver.ts";
import { MMIO_CLAUSES } from "./clauses/mmio.ts";
import { PCI_CLAUSES } from "./clauses/pci.ts";
import { QUEUE_CLAUSES } from "./clauses/queue.ts";

export const OF_DEVICES = [...QUEUE_CLAUSES, ...PCI_CLAUSES, ...MMIO_CLAUSES, ...DEVICE_CLAUSES];
export const OF_DRIVERS = DRIVER_CLAUSES;

/** Sections with a MUST or MUST NOT of a device, of what is in scope here: 2, 4.1, 4.2, 5.1 to 5.5 and 6. */
export const DEVICE_SECTIONS = [
  ...[
    "2.1.2",
    "2.2.2",
    "2.4.1",
    "2.5.2",
    "2.6.1.1.1",
    "2.6.1.2.1",
    "2.7.4.1",
    "2.7.5.1",
    "2.7.5.3.2",
    "2.7.7.2",
  ],
  ...["2.7.8.2", "2.7.10.2", "2.8.12", "2.8.15", "2.8.18", "2.10.2", "6.2"],
  ...[
    "4.1.1",
    "4.1.2.1",
    "4.1.3.2",
    "4.1.4.2",
    "4.1.4.3.1",
    "4.1.4.4.1",
    "4.1.4.5.1",
    "4.1.4.6.1",
    "4.1.4.7.1",
  ],
  ...["4.1.4.8.1", "4.1.4.9.1", "4.1.5.1.2.1", "4.1.5.3.1", "4.1.5.4.1", "4.2.2.1"],
  ...["5.1.4.1", "5.1.6.2.2", "5.1.6.3.2", "5.1.6.4.1", "5.1.6.5.1.1", "5.1.6.5.2.1", "5.1.6.5.4.2"],
  ...["5.1.6.5.6.2", "5.1.6.5.7.3", "5.2.5.2", "5.2.6.2", "5.3.5.1", "5.3.6.2.1", "5.4.6.2", "5.5.6.3.2"],
  ...["5.5.6.5.2", "5.5.6.7.2"],
];

/** Of a driver, where we have one: 2, 3, 4.1, 5.2 and 6. */
export const DRIVER_SECTIONS = [
  ...[
    "2.1.1",
    "2.2.1",
    "2.5.1",
    "2.6.1.1.2",
    "2.6.1.2.2",
    "2.7.1",
    "2.7.4.2",
    "2.7.5.2",
    "2.7.5.3.1",
    "2.7.6.1",
  ],
  ...["2.7.7.1", "2.7.8.3", "2.7.10.1", "2.7.13.3.1", "2.7.13.4.1", "2.8.11", "2.8.16", "2.8.17", "2.8.19"],
  ...["2.8.21.1.1", "3.1.1", "3.3.1", "4.1.2.2", "4.1.3.1", "4.1.4.1", "4.1.4.3.2", "4.1.4.8.2", "4.1.4.9.2"],
  ...["4.1.5.1.2.2", "4.1.5.2.1", "4.1.5.4.2", "5.2.5.1", "5.2.6.1", "6.1"],
];
