/** Experiments agree with their figures: every one has one, and it takes the rows. The rows of all take a minute: with RINGLAB_WIDE=all. */
import { expect, test } from "vitest";
import { EXPERIMENTS, experiment, run, type Settings } from "../../src/experiments/index.ts";
import { FIGURES } from "../../src/plots/index.ts";
import { WIDE } from "../support/wide.ts";

/** Less than the defaults, where those take long. */
const LESS: Record<string, Settings> = {
  "sensitive-instructions": { ring: 1, processor: "Pentium II" },
  nanobenchmarks: { system: ["native", "bochs"], iterations: 100 },
  lmbench: { system: "native", operation: ["null call", "2p/0K"], times: 4 },
  "cpu-bound": { system: ["native", "vmware"], workload: "baseline" },
  "pv-ops": { variant: ["vanilla", "patched"], workload: "null-call" },
  efficiency: { system: ["native", "xen"], workload: "null-call" },
  "tlb-geometry": { stream: ["column", "zipf"], accesses: 2000 },
  "paging-churn": { paging: ["shadow", "nested"], nodes: 60, change: 10_000 },
  "paging-switches": { processes: 2, kilobytes: 0 },
  "nested-walk-caches": { stream: "gups", memory: 4, accesses: 2000 },
  "tlb-reach": { stream: ["gups", "strided"], span: [1, 16], accesses: 5000 },
  "disk-paths": { path: ["virtio", "xen"], depth: [1, 4], batch: 1 },
  "net-paths": { path: ["virtio", "xen"], depth: [1, 4], batch: 1 },
  viommu: { batch: [1, 16], count: 100 },
  "tlb-tags": { interval: [100, 1000], switches: 20 },
  "exit-cost": { processor: ["pentium4", "sandybridge"], iterations: 300 },
  requirements: { system: ["native", "xen"], workload: "page-fault" },
  overcommit: { ratio: [1.4], seconds: 20 },
  "balloon-overhead": { memory: 128, seconds: 60 },
  "idle-tax": { tax: [0, 0.75], seconds: 60 },
  "page-sharing": { machines: [1, 2] },
  "sharing-scan": { rate: 400, seconds: 10 },
  "xen-net": { batch: [8], direction: "transmit" },
  "xen-rings": { depth: [1, 32], size: [1, 88] },
  "bridge-nat": { guests: 1 },
  "dma-flush": { buffers: [8, 128], delay: 1, packets: 500 },
  "qemu-docker": { target: ["native", "docker"], scenario: ["cpu 1000", "file read"] },
  "start-up": { target: "kvm" },
  density: { instances: 2, own: 16 },
  crossings: { system: "vmware-vtx", workload: "disk-read" },
};

/** Those whose rows take no machine, every day. */
const QUICK = ["formal-map", "direct-execution", "fragmentation", "page-sharing", "bridge-nat"];

test.each(EXPERIMENTS.map(({ name }) => name).filter((name) => WIDE || QUICK.includes(name)))(
  "%s has a figure that takes its rows",
  (name) => {
    const { svg, alt } = FIGURES[name]!(run(experiment(name), LESS[name]));
    expect(svg).toMatch(/^<svg /);
    expect(alt).not.toMatch(/undefined|NaN/);
  },
);

test("no figure is without its experiment", () => {
  expect(Object.keys(FIGURES).sort()).toEqual(EXPERIMENTS.map(({ name }) => name).sort());
});
