/** One guest, one disk, several ways between them: what leaves the guest for a request, and how long it takes. */
import { buildIoGuest, expectedIo, type IoOptions, ioDisk } from "../guests/index.ts";
import { HASWELL } from "../machine/profiles/haswell.ts";
import { DISK_PATHS, diskRig, driverFor } from "../systems/io/disk-paths.ts";
import { defineExperiment } from "./experiment.ts";
import { ioColumns, markedIo } from "./marked-io.ts";

const COUNT = 128;

export const diskPaths = defineExperiment({
  name: "disk-paths",
  title: "Exits of a disk request, by the way it takes",
  question:
    "What does a guest's disk request cost through an emulated controller, through virtio, and without a hypervisor in the way?",
  seed: 1,
  parameters: {
    path: {
      default: DISK_PATHS,
      oneOf: DISK_PATHS,
      unit: "",
      doc: "from the driver to the disk. Two of them are called virtio-pci: virtio, played by the hypervisor, and assigned, a PCI device passed through",
      label: "path",
    },
    depth: {
      default: [1, 4, 16, 32],
      min: 1,
      max: 32,
      integer: true,
      unit: "requests",
      doc: "outstanding at most: as many as Xen's ring has slots, and fewer than a virtqueue has room for",
      label: "queue depth",
    },
    batch: {
      default: [1, 4, 16, 32],
      min: 1,
      max: 32,
      integer: true,
      unit: "requests",
      doc: "submitted before the device is told; no row where it is above the depth",
      label: "requests in a batch",
    },
    size: { default: 8, min: 1, max: 64, integer: true, unit: "sectors", doc: "of a request", label: "size" },
    latency: {
      default: 10_000,
      min: 100,
      max: 10_000_000,
      integer: true,
      unit: "cycles",
      doc: "that the virtio disk takes for a request; the IDE disk has a timing of its own",
      label: "latency",
    },
    wait: {
      default: "halt",
      oneOf: ["halt", "spin"],
      unit: "",
      doc: "what the guest does meanwhile: HLT, which is an exit, or other work",
      label: "meanwhile",
    },
  },
  columns: ioColumns("request"),
  run({ path, depth, batch, size, latency, wait }, seed) {
    if (batch > depth) return [];
    const asked = { operation: "read", size, depth, batch, count: COUNT, seed } as const;
    const options: IoOptions = { ...asked, driver: driverFor(path), touch: false, wait };
    const messages = options.driver === "virtio-blk";
    const guest = buildIoGuest(messages ? { ...options, interrupts: "msix" } : options);
    const rig = diskRig(path, { guest, data: ioDisk(), profile: HASWELL, latency });
    const expected = expectedIo(options);
    return [markedIo(rig, { expected, count: COUNT, bytes: 512 * size, hertz: HASWELL.hertz })];
  },
});
