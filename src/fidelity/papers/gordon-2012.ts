/** What is left of bare metal when a device is assigned, and when its interrupts need no exit. */
import type { Figure, Paper, Reading } from "../row.ts";

/** A disk that interrupts about every 3300 cycles, and a processor that has other work meanwhile. */
const time = (path: string): Reading => ({
  experiment: "disk-paths",
  settings: { path, depth: 1, batch: 1, latency: 2000, wait: "spin" },
  column: "time",
});
/** Throughput as a share of the bare machine's: one takes the time of the other. */
const share = (path: string): Reading => ({ ratio: [time("native"), time(path)] });

const assigned: Figure = {
  kind: "figure",
  id: "eli12-assigned",
  place: "Figure 3",
  what: "interrupts by exits, to native",
  verified: { level: "secondary", confidence: 0.85, source: "notes on the paper" },
  basis: "input",
  published: 0.625,
  unit: "×",
  tolerance: { relative: 0.1 },
  ours: share("assigned"),
  note:
    "the middle of 60 to 65 %. No evidence: how often a device interrupts decides it, and the workload here is a disk that is as fast as it must be for " +
    "this figure, where the paper has netperf, Apache and memcached over a network card",
};

const exitless: Figure = {
  kind: "figure",
  id: "eli12-exitless",
  place: "abstract",
  what: "interrupts posted, to native",
  verified: { level: "primary", source: "the paper's abstract" },
  basis: "prediction",
  published: 0.985,
  unit: "×",
  tolerance: { absolute: 0.015 },
  ours: share("exitless"),
  note:
    "the middle of 97 to 100 %, at the rate of interrupts that eli12-assigned sets. The mechanism is posted interrupts and a virtual APIC, in hardware since 2013; " +
    "the paper does the same by software, with a shadow IDT and a direct EOI",
};

export const gordon2012: Paper = {
  id: "eli12",
  citation: "Gordon et al., “ELI: Bare-Metal Performance for I/O Virtualization”, ASPLOS 2012",
  setup:
    "KVM with an assigned 10-gigabit network card; here an assigned virtio disk in hardware, its DMA through pre-mapped I/O page tables",
  rows: [assigned, exitless],
};
