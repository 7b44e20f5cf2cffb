/** How many instances of one image a host has room for: as containers of one kernel, or as virtual machines, whose equal pages KSM may merge. */
import { containers, virtualMachines } from "../systems/os/index.ts";
import { defineExperiment } from "./experiment.ts";
import { placeOf, processorParameter, systemParameter } from "./virtual/systems.ts";

const PAGE_KIB = 4;
const FRAMES = 256;
const CONTAINERS = "containers";
const SHARED = "virtual machines, pages shared";

export const density = defineExperiment({
  name: "density",
  title: "How many fit: containers and virtual machines",
  question:
    "What does one more instance of an image take of a host's memory, and how many are there room for?",
  parameters: {
    isolation: {
      default: [CONTAINERS, "virtual machines", SHARED],
      oneOf: [CONTAINERS, "virtual machines", SHARED],
      unit: "",
      doc: "containers of one kernel; a kernel each; and with kernel same-page merging (KSM) after each start",
    },
    instances: {
      default: [1, 2, 4, 6, 8, 10, 12],
      min: 1,
      max: 64,
      integer: true,
      unit: "1",
      doc: "that are to be started, one after another, until memory is full",
    },
    memory: { default: 8, min: 2, max: 256, integer: true, unit: "MiB", doc: "of the host" },
    files: {
      default: 16,
      min: 1,
      max: 256,
      integer: true,
      unit: "1",
      doc: "of the image, 64 KiB each, which every instance reads",
    },
    changed: {
      default: 1,
      min: 0,
      max: 256,
      integer: true,
      unit: "1",
      doc: "of the files: the instance changes one byte of each",
    },
    own: {
      default: 256,
      min: 4,
      max: 2048,
      integer: true,
      unit: "KiB",
      doc: "that each instance's process fills, and nobody else has",
    },
    system: { ...systemParameter(["kvm-ept"]), doc: "what the virtual machines run on" },
    processor: processorParameter("zen5"),
  },
  columns: {
    running: { label: "instances that there was room for", unit: "1" },
    used: { label: "memory in use", unit: "MiB" },
    each: { label: "memory in use, for each", unit: "KiB" },
    compared: { label: "pages compared whole, by KSM", unit: "1" },
  },
  run({ isolation, instances, memory, files, changed, own, system, processor }) {
    const place = placeOf(system, processor);
    if (!place || changed > files) return [];
    const plan = {
      ...{ instances, frames: memory * FRAMES, files, changed },
      ...{ own: Math.ceil(own / PAGE_KIB), profile: place.profile },
    };
    const { running, used, compared } =
      isolation === CONTAINERS
        ? containers(plan)
        : virtualMachines({ ...plan, system: place.system, sharing: isolation === SHARED });
    return [{ running, used: used / FRAMES, each: running && (PAGE_KIB * used) / running, compared }];
  },
});
