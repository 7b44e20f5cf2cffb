/** What leaves the guest for a disk request, and what it costs, by whose the disk is. */
import type { Figure } from "./figure.ts";
import { ASSIGNED, EXITLESS, type IoPathsRow, ioPaths, MODEL, NATIVE, SPLIT } from "./io-paths.ts";

export type DiskPathsRow = IoPathsRow;

const PLACES = {
  native: [NATIVE, "virtio"],
  emulated: [MODEL, "IDE"],
  virtio: [MODEL, "virtio"],
  assigned: [ASSIGNED, "virtio"],
  exitless: [EXITLESS, "virtio"],
  xen: [SPLIT, "blkif"],
} as const;

export const diskPaths = (rows: readonly DiskPathsRow[]): Figure =>
  ioPaths(rows, {
    title: "Exits of a disk request, by the way it takes",
    subtitle:
      "virtio on PCI is both: a para-virtual disk of the hypervisor's, and a PCI disk passed through.",
    request: "request",
    places: PLACES,
    unit: "sectors",
  });
