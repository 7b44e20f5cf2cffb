/** Throughput of several machines on a host that has less memory than they have together, by what the host does about it. */
import { Consolidation } from "../systems/overcommit/index.ts";
import { defineExperiment } from "./experiment.ts";
import { EQUAL_PAGES, equalGuest } from "./memory/guests.ts";

const TECHNIQUES = {
  swap: { balloon: false, scan: 0 },
  balloon: { balloon: true, scan: 0 },
  sharing: { balloon: false, scan: 400 },
  both: { balloon: true, scan: 400 },
};

/** The host's own: page tables, and what it keeps free. */
const HEADROOM = 1.07;
const TABLES = 10;

export const overcommit = defineExperiment({
  name: "overcommit",
  title: "More memory than there is",
  question: "How far can memory be overcommitted, by swapping, ballooning, page sharing, and both together?",
  parameters: {
    technique: {
      default: Object.keys(TECHNIQUES),
      oneOf: Object.keys(TECHNIQUES),
      unit: "",
      doc: "how the host gets memory back; it swaps where that is not enough",
    },
    ratio: {
      default: [1, 1.2, 1.4, 1.6, 1.8, 2],
      min: 1,
      max: 4,
      unit: "1",
      label: "overcommit",
      doc: "memory of all machines together, to that of the host",
    },
    machines: { default: 4, min: 2, max: 10, integer: true, unit: "1", doc: "machines of 1024 pages" },
    seconds: { default: 60, min: 10, max: 600, integer: true, unit: "s", doc: "measured, after twice that" },
  },
  columns: {
    throughput: { label: "throughput of all machines", unit: "requests/s" },
    faults: { label: "page faults in the guests", unit: "1" },
    swapIns: { label: "pages swapped in by the host", unit: "1" },
    doublePaged: { label: "of these, only to be written to a guest's disk", unit: "1" },
    ballooned: { label: "in balloons", unit: "pages" },
    parted: { label: "shared pages written to", unit: "1" },
  },
  seed: 1,
  run({ technique, ratio, machines, seconds }, seed) {
    const memory = Math.round(((machines * EQUAL_PAGES) / ratio) * HEADROOM) + TABLES * machines;
    const host = { memory, seed, ...TECHNIQUES[technique as keyof typeof TECHNIQUES] };
    const all = new Consolidation(
      host,
      Array.from({ length: machines }, (_, number) => equalGuest(number)),
    );
    all.run(2 * seconds);
    all.measure();
    all.run(seconds);
    const accounts = all.accounts();
    const sum = (key: "throughput" | "faults" | "swapIns" | "doublePaged" | "ballooned" | "parted") =>
      accounts.reduce((total, account) => total + account[key], 0);
    return [
      {
        ...{ throughput: sum("throughput"), faults: sum("faults"), swapIns: sum("swapIns") },
        ...{ doublePaged: sum("doublePaged"), ballooned: sum("ballooned"), parted: sum("parted") },
      },
    ];
  },
});
