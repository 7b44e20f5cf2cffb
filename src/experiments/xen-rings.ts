/** A disk behind split drivers: a request by how its pages are shared, its size, the depth of the ring, and how often each side is told. */
import { HASWELL } from "../machine/profiles/haswell.ts";
import { PAGE_ACCESS, SplitDisk } from "../systems/io/split-disk.ts";
import { defineExperiment } from "./experiment.ts";

const WAKES = ["each", "half", "last"] as const;
const HOLD_OFF = {
  each: () => 1,
  half: (outstanding: number) => Math.ceil(outstanding / 2),
  last: (outstanding: number) => outstanding,
} as const;
const COUNT = 96;

export const xenRings = defineExperiment({
  name: "xen-rings",
  title: "A page in two domains",
  question:
    "What does a disk request cost between two domains, by how its pages are shared and how many requests one notification stands for?",
  parameters: {
    access: {
      default: PAGE_ACCESS,
      oneOf: PAGE_ACCESS,
      unit: "",
      doc: "how the driver domain gets at pages: mapped for each request, mapped once and kept (the guest copies), or copied by the hypervisor",
      label: "pages are",
    },
    depth: {
      default: [1, 2, 4, 8, 16, 32],
      min: 1,
      max: 32,
      integer: true,
      unit: "requests",
      doc: "in the ring at once",
      label: "requests at once",
    },
    size: {
      default: [1, 8, 88],
      min: 1,
      max: 88,
      integer: true,
      unit: "sectors",
      doc: "of a request: 8 are a page",
      label: "size",
    },
    wake: {
      default: "half",
      oneOf: WAKES,
      unit: "",
      doc: "which of the outstanding answers the front end wants to be told of",
      label: "told of",
    },
    latency: {
      default: 5000,
      min: 0,
      max: 10_000_000,
      integer: true,
      unit: "cycles",
      doc: "that the disk takes for a request, one after the other",
      label: "latency",
    },
  },
  columns: {
    work: { label: "processor's work", unit: "cycles per request" },
    throughput: { label: "throughput", unit: "thousand requests/s" },
    events: { label: "notifications", unit: "per request" },
    switches: { label: "switches between domains", unit: "per request" },
    hypercalls: { label: "hypercalls", unit: "per request" },
    copies: { label: "lines copied", unit: "per request" },
  },
  run({ access, depth, size, wake, latency }) {
    const plan = { access, depth, bytes: size * 512, latency, holdOff: HOLD_OFF[wake], profile: HASWELL };
    const disk = new SplitDisk(plan);
    // Once around, so that what is mapped once is mapped.
    disk.run(depth);
    const { work, time, right, count } = disk.run(COUNT);
    if (right !== COUNT) throw new Error(`invariant: ${right} of ${COUNT} requests came back right`);
    return [
      {
        work: work / COUNT,
        throughput: (HASWELL.hertz * COUNT) / time / 1000,
        events: count("eventSend") / COUNT,
        switches: count("domainSwitch") / COUNT,
        hypercalls: count("hypercall") / COUNT,
        copies: count("copyLine") / COUNT,
      },
    ];
  },
});
