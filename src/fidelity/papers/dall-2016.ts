/** Exits by how far they go: KVM on x86, beside which ARM was measured. */
import type { Order, Paper, Reading } from "../row.ts";

const nano = (system: string, benchmark: string): Reading => ({
  experiment: "nanobenchmarks",
  settings: { system, processor: "sandybridge" },
  where: { benchmark },
  column: "cycles",
});

const order: Order = {
  kind: "order",
  id: "dall16-order",
  place: "ISCA 2016, Table II",
  what: "",
  verified: { level: "secondary", confidence: 0.8, source: "a research note that cites the table" },
  basis: "prediction",
  unit: "cycles",
  ascending: [
    { label: "in guest", ours: nano("kvm", "syscall") },
    { label: "exit", ours: nano("kvm", "cpuid") },
    { label: "in process", ours: nano("kvm", "in") },
  ],
  note: "printed: 1300 for an empty hypercall, 2565 for I/O in the host's kernel, 6732 in its process; a system call leaves no guest",
};

export const dall2016: Paper = {
  id: "dall16",
  citation:
    "C. Dall, S. Li, J. Lim, J. Nieh, G. Koloventzos, “ARM Virtualization: Performance and Architectural Implications”, ISCA 2016",
  setup: "KVM on a Xeon E5-2450 (Sandy Bridge) with nested page tables",
  rows: [
    order,
    {
      kind: "figure",
      id: "dall16-exit",
      place: "ISCA 2016, Table II",
      what: "a way out and back, CPUID for a hypercall",
      verified: { level: "secondary", confidence: 0.8, source: "a research note that cites the table" },
      basis: "prediction",
      published: 1300,
      unit: "cycles",
      tolerance: { relative: 0.25 },
      ours: nano("kvm", "cpuid"),
    },
    {
      kind: "figure",
      id: "dall16-io-user",
      place: "ISCA 2016, Table II",
      what: "a device in a process, IN",
      verified: { level: "secondary", confidence: 0.8, source: "a research note that cites the table" },
      basis: "prediction",
      published: 6732,
      unit: "cycles",
      tolerance: { relative: 0.25 },
      ours: nano("kvm", "in"),
      note: "port 80h is QEMU's",
    },
  ],
};
