/** One guest, one cable, several ways between them: what leaves the guest for a packet, why, and how long it takes. */
import { buildNetGuest, expectedNet, NET_WORKLOADS, type NetOptions } from "../guests/index.ts";
import { HASWELL } from "../machine/profiles/haswell.ts";
import { NET_PATHS, netDriverFor, netRig, ownsCard } from "../systems/io/net-paths.ts";
import { defineExperiment } from "./experiment.ts";
import { ioColumns, markedIo } from "./marked-io.ts";

const COUNT = 128;

export const netPaths = defineExperiment({
  name: "net-paths",
  title: "Exits of a packet, by the way it takes",
  question:
    "What does a guest's packet cost through an emulated card, through virtio, and with the host's own card in the guest's hands?",
  seed: 1,
  parameters: {
    path: {
      default: NET_PATHS,
      oneOf: NET_PATHS,
      unit: "",
      doc: "from the driver to the cable. Two of them are called virtio-pci: virtio, played by the hypervisor, and assigned-virtio, a PCI device passed through",
      label: "path",
    },
    workload: {
      default: "echo",
      oneOf: NET_WORKLOADS,
      unit: "",
      doc: "packets go out and come back, go out, or come in; the last two with a control packet a batch",
      label: "workload",
    },
    size: {
      default: 60,
      oneOf: [60, 124, 252, 508, 1020, 1512],
      unit: "bytes",
      doc: "of a packet",
      label: "size",
    },
    depth: {
      default: [1, 4, 16, 64],
      min: 1,
      max: 64,
      integer: true,
      unit: "packets",
      doc: "on their way at most",
      label: "queue depth",
    },
    batch: {
      default: [1, 4, 16, 64],
      min: 1,
      max: 64,
      integer: true,
      unit: "packets",
      doc: "queued before the card is told; no row where it is above the depth",
      label: "packets in a batch",
    },
    latency: {
      default: 10_000,
      min: 0,
      max: 10_000_000,
      integer: true,
      unit: "cycles",
      doc: "of the cable, besides the time that a packet takes on its gigabit",
      label: "latency",
    },
    wait: {
      default: "halt",
      oneOf: ["halt", "spin"],
      unit: "",
      doc: "what the guest does meanwhile: HLT, which is an exit, or other work",
      label: "meanwhile",
    },
    paging: {
      default: "ept",
      oneOf: ["ept", "shadow"],
      unit: "",
      doc: "of the hypervisor's; no row for an assigned card without EPT, nor for a PV guest, which has none",
      label: "paging",
    },
  },
  columns: ioColumns("packet"),
  packets: true,
  run({ path, workload, size, depth, batch, latency, wait, paging }, seed, watch) {
    if (batch > depth || ((ownsCard(path) || path === "xen") && paging !== "ept")) return [];
    const asked = { workload, size, depth, batch, count: COUNT, seed, wait } as const;
    const options: NetOptions = { ...asked, ...netDriverFor(path) };
    const rig = netRig(path, { guest: buildNetGuest(options), profile: HASWELL, latency, paging, watch });
    const expected = expectedNet(options);
    return [markedIo(rig, { expected, count: COUNT, bytes: size, hertz: HASWELL.hertz })];
  },
});
