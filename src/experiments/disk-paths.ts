/** One guest, one disk, several ways between them: what leaves the guest for a request, and how long it takes. */
import { buildIoGuest, expectedIo, type IoOptions, ioDisk } from "../guests/index.ts";
import { HASWELL } from "../machine/profiles/haswell.ts";
import { DISK_PATHS, diskRig, driverFor } from "../systems/io/disk-paths.ts";
import { defineExperiment } from "./experiment.ts";

const STEPS = 400_000_000;
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
      doc: "from the driver to the disk",
      label: "path",
    },
    batch: {
      default: [1, 2, 4, 8, 16],
      min: 1,
      max: 32,
      integer: true,
      unit: "requests",
      doc: "submitted before the device is told; as many are outstanding",
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
  columns: {
    exits: { label: "exits", unit: "per request" },
    copies: { label: "lines that the host copies", unit: "per request" },
    work: { label: "processor's work", unit: "cycles per request" },
    time: { label: "time", unit: "cycles per request" },
  },
  run({ path, batch, size, latency, wait }, seed) {
    const asked = { operation: "read", size, depth: batch, batch, count: COUNT, seed } as const;
    const options: IoOptions = { ...asked, driver: driverFor(path), touch: false, wait };
    const guest = buildIoGuest(path === "emulated" ? options : { ...options, interrupts: "msix" });
    const { machine } = diskRig(path, { guest, data: ioDisk(), profile: HASWELL, latency });
    let output = "";
    machine.onSerial((byte) => {
      output += String.fromCharCode(byte);
    });
    const slept: number[] = [];
    machine.board.marker.onMark = () => slept.push(machine.clock.slept);
    const stop = machine.run({ limit: STEPS });
    if (stop.reason !== "exit" || output.replaceAll("\r", "") !== expectedIo(options))
      throw new Error(`invariant: the guest ended by ${stop.reason} and printed ${JSON.stringify(output)}`);
    const [from, to] = machine.board.marker.marks;
    if (from === undefined || to === undefined) throw new Error("invariant: the guest marked nothing");
    const of = (name: "vmExit" | "copyLine") => (to.counts[name] - from.counts[name]) / COUNT;
    const time = (to.cycle - from.cycle) / COUNT;
    const idle = ((slept[1] as number) - (slept[0] as number)) / COUNT;
    return [{ exits: of("vmExit"), copies: of("copyLine"), work: time - idle, time }];
  },
});
