/** The homework, simulated: sysbench on the bare machine, in a container and in virtual machines. What a measurement is compared with. */
import { type GuestOptions, sysbenchPrimes } from "../guests/index.ts";
import { findSystem } from "../systems/index.ts";
import { defineExperiment } from "./experiment.ts";
import { fileRequest } from "./virtual/file-io.ts";
import { slope } from "./virtual/slope.ts";
import { type Place, placeOf, processorParameter } from "./virtual/systems.ts";

/** Target → whose machine it is. "kvm-virtio" has another disk than "kvm", and the same processor. */
const SYSTEM = { native: "native", docker: "docker", kvm: "kvm-ept", "kvm-virtio": "kvm-ept", qemu: "qemu" };
type Target = keyof typeof SYSTEM;
const TARGETS = Object.keys(SYSTEM) as Target[];
const LIMITS = [1000, 5000, 10_000, 20_000, 30_000, 40_000, 80_000];
const FILES = ["file read", "file write"];

export const qemuDocker = defineExperiment({
  name: "qemu-docker",
  title: "QEMU and Docker: the homework, simulated",
  question:
    "What do a container and a virtual machine leave of a processor, and of a disk, when sysbench asks?",
  parameters: {
    target: {
      default: TARGETS,
      oneOf: TARGETS,
      unit: "",
      doc: "where sysbench runs; kvm and qemu have an IDE disk, kvm-virtio a virtio one and no rows of its own for the processor",
    },
    processor: processorParameter("zen5"),
    scenario: {
      default: ["cpu 5000", "cpu 10000", ...FILES],
      oneOf: [...LIMITS.map((limit) => `cpu ${limit}`), ...FILES],
      unit: "",
      doc: "cpu N: sysbench cpu --cpu-max-prime=N; file: requests of 16 KiB, one at a time, to a disk whose image is in memory",
    },
  },
  columns: {
    perSecond: { label: "events or requests", unit: "per second" },
    fewer: { label: "native's over its own", unit: "×" },
    divisions: { label: "divisions as sysbench's source has them", unit: "million per second" },
  },
  run({ target, processor, scenario }) {
    const place = placeOf(SYSTEM[target], processor);
    const cpu = /^cpu (\d+)$/.exec(scenario);
    if (!place || (cpu && target === "kvm-virtio")) return [];
    const cost = (of: Target, on: Place) => (cpu ? event(on, Number(cpu[1])) : request(of, on, scenario));
    const cycles = cost(target, place);
    const native = target === BARE ? cycles : cost(BARE, { ...place, system: findSystem(BARE)! });
    const perSecond = place.profile.hertz / cycles;
    const divisions = cpu ? (perSecond * sysbenchPrimes(Number(cpu[1])).divisions) / 1e6 : 0;
    return [{ perSecond, fewer: cycles / native, divisions }];
  },
});

const BARE = "native";

const event = (place: Place, limit: number): number =>
  slope(place, { workload: "sysbench-cpu", parameters: { limit } }, 1).cycles;

function request(target: Target, place: Place, scenario: string): number {
  const operation = scenario === "file write" ? "write" : "read";
  const cycles = fileRequest(place, operation, target === "kvm-virtio" ? "virtio-blk" : "ide-dma");
  // The guest that has a driver for DMA has no system calls: what a container adds to one comes from the guest that has them.
  return target === "docker" ? cycles + ofContainer(place) : cycles;
}

function ofContainer(place: Place): number {
  const guest: GuestOptions = { workload: "disk-read" };
  const times = 8;
  const bare = { ...place, system: findSystem(BARE)! };
  return slope(place, guest, times).cycles - slope(bare, guest, times).cycles;
}
