/** The homework "system virtualization against OS virtualization" as students did it, and as it was measured where Zen 5's prices come from. */
import type { Paper, Reading, Verified } from "../row.ts";

const REPORT: Verified = { level: "primary", source: "the logs in the student's public repository" };
const HERE: Verified = { level: "primary", source: "sysbench 1.0.20, events a second of processor time" };

const at =
  (column: string) =>
  (target: string, scenario: string, processor = "zen5"): Reading => ({
    experiment: "qemu-docker",
    settings: { target, scenario, processor },
    column,
  });
const rate = at("perSecond");
const fewer = at("fewer");

export const homework: Paper = {
  id: "hw",
  citation:
    "Students' reports of the homework of COEN 241, Santa Clara University, 2021 and 2022, and a run of our own",
  setup:
    "sysbench on desktops of many makes, Docker at times in a virtual machine itself. Ours has no file system, cache or fsync: of files the order " +
    "alone can be compared",
  rows: [
    {
      kind: "figure",
      id: "hw-own-cpu",
      place: "our own run",
      what: "cpu 10000: the host's rate over QEMU's",
      verified: HERE,
      basis: "prediction",
      published: 7.3,
      unit: "×",
      tolerance: { relative: 0.25 },
      ours: fewer("qemu", "cpu 10000"),
      note: "the helpers' price was counted in instructions, the divider measured alone; neither was set by this",
    },
    {
      kind: "figure",
      id: "hw-vkled-cpu",
      place: "result_cpu",
      what: "cpu 10000: Docker's rate over QEMU's",
      verified: REPORT,
      basis: "prediction",
      published: 5.8,
      unit: "×",
      tolerance: { relative: 0.25 },
      ours: { ratio: [rate("docker", "cpu 10000"), rate("qemu", "cpu 10000")] },
      note: "an i5-1135G7, whose divider is nearly as fast as Zen 5's",
    },
    {
      kind: "figure",
      id: "hw-kumar-law",
      place: "*.output",
      what: "cpu 10000 over cpu 20000",
      verified: REPORT,
      basis: "prediction",
      published: 2.57,
      unit: "×",
      tolerance: { relative: 0.06 },
      ours: { ratio: [rate("kvm", "cpu 10000"), rate("kvm", "cpu 20000")] },
      note: "divisions in the source: 2.563; the compiled loop looks at the lowest bit in place of the first one",
    },
    {
      kind: "order",
      id: "hw-divider",
      place: "cpu tables",
      what: "bare over QEMU: ",
      verified: REPORT,
      basis: "prediction",
      unit: "×",
      ascending: [
        { label: "slow divider", ours: fewer("qemu", "cpu 5000", "haswell") },
        { label: "fast", ours: fewer("qemu", "cpu 5000") },
      ],
      note: "2.2 on an i5-7300HQ, 5.8 on an i5-1135G7. the order alone: the first was measured in Docker for Windows, a virtual machine",
    },
    {
      kind: "order",
      id: "hw-vkled-file",
      place: "result_fileio",
      what: "writes: ",
      verified: REPORT,
      basis: "prediction",
      unit: "1/s",
      ascending: ["qemu", "docker"].map((label) => ({ label, ours: rate(label, "file write") })),
      note: "34 times in the report; the host's cache and fsync are most of it, and not here",
    },
    {
      kind: "order",
      id: "hw-tambussi-file",
      place: "results",
      what: "reads: ",
      verified: REPORT,
      basis: "prediction",
      unit: "1/s",
      ascending: ["kvm", "docker"].map((label) => ({ label, ours: rate(label, "file read") })),
      note: "KVM with an IDE disk, 0.84 of Docker's",
    },
    {
      kind: "order",
      id: "hw-andres-file",
      place: "report",
      what: "writes: ",
      verified: REPORT,
      basis: "prediction",
      unit: "1/s",
      ascending: ["qemu", "kvm"].map((label) => ({ label, ours: rate(label, "file write") })),
      note: "7.2 times in the report, the guest's whole kernel being translated; ours has a driver",
    },
  ],
};
