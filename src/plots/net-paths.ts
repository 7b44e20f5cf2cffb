/** What leaves the guest for a packet, and what it costs, by whose the card is. */
import type { Figure } from "./figure.ts";
import { ASSIGNED, EXITLESS, type IoPathsRow, ioPaths, MODEL, NATIVE, SPLIT } from "./io-paths.ts";

export type NetPathsRow = IoPathsRow;

const PLACES = {
  native: [NATIVE, "82540EM"],
  "native-virtio": [NATIVE, "virtio"],
  emulated: [MODEL, "82540EM"],
  virtio: [MODEL, "virtio"],
  assigned: [ASSIGNED, "82540EM"],
  "assigned-virtio": [ASSIGNED, "virtio"],
  exitless: [EXITLESS, "virtio"],
  xen: [SPLIT, "netif"],
} as const;

export const netPaths = (rows: readonly NetPathsRow[]): Figure =>
  ioPaths(rows, {
    title: "Exits of a packet, by the way it takes",
    subtitle:
      "virtio on PCI is both: a para-virtual card of the hypervisor's, and a PCI card passed through.",
    request: "packet",
    places: PLACES,
    unit: "bytes",
  });
