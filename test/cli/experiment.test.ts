/** `ringlab experiment` as a user runs it, and the agreement of experiments with their figures. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { columnsOf, EXPERIMENTS, experiment, run, type Settings } from "../../src/experiments/index.ts";
import { FIGURES } from "../../src/plots/index.ts";

const RINGLAB = fileURLToPath(new URL("../../bin/ringlab.js", import.meta.url));
const ringlab = async (...args: string[]) => {
  const ran = promisify(execFile)(process.execPath, [RINGLAB, "experiment", ...args]);
  return ran.then(
    ({ stdout, stderr }) => ({ stdout, stderr, code: 0 }),
    (error) => ({
      stdout: error.stdout as string,
      stderr: error.stderr as string,
      code: error.code as number,
    }),
  );
};

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

test.each(EXPERIMENTS.map(({ name }) => name))("%s has a figure that takes its rows", (name) => {
  const { svg, alt } = FIGURES[name]!(run(experiment(name), LESS[name]));
  expect(svg).toMatch(/^<svg /);
  expect(alt).not.toMatch(/undefined|NaN/);
});

test("no figure is without its experiment", () => {
  expect(Object.keys(FIGURES).sort()).toEqual(EXPERIMENTS.map(({ name }) => name).sort());
});

test("threads or not, JSON or CSV: the same rows in the same order", async () => {
  const args = ["direct-execution", "--set", "rate=0,0.5", "--seeds", "2"];
  const rows = run(experiment("direct-execution"), { rate: [0, 0.5] }, { seeds: 2 });
  const json = await ringlab(...args, "--json", "--workers", "2");
  expect(JSON.parse(json.stdout)).toEqual(rows);
  expect(json.stderr).toBe("");
  const csv = await ringlab(...args, "--csv", "--workers", "1");
  const keys = Object.keys(columnsOf(experiment("direct-execution")));
  expect(csv.stdout.trimEnd().split("\n")).toEqual(
    [keys, ...rows.map((row) => keys.map((key) => row[key]))].map((line) => line.join(",")),
  );
});

test("the figure goes to standard output alone", async () => {
  const { stdout } = await ringlab("fragmentation", "--svg", "-");
  expect(stdout).toMatch(/^<svg [\s\S]*<\/svg>$/);
});

describe("a mistake is named before anything runs", () => {
  test.each([
    [["direct"], "there is no experiment direct; did you mean direct-execution?"],
    [[], "which experiment? Name one; ringlab experiment --list shows them all"],
    [["direct-execution", "--set", "rat=1"], "direct-execution has no parameter rat; did you mean rate?"],
    [["direct-execution", "--set", "rate=a"], "parameter rate: a is not a number from 0 to 1"],
    [["direct-execution", "--set", "rate"], "--set rate: write it as key=value or key=a,b,c"],
    [["formal-map", "--svg", "/no/where.svg"], "the folder /no does not exist"],
    [["formal-map", "--json", "--csv"], "choose one"],
    [["formal-map", "--pcap", "x.pcap"], "--pcap: formal-map sends no packets that could be written; "],
  ])("%j", async (args, message) => {
    const { stderr, stdout, code } = await ringlab(...args);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect([stdout, code]).toEqual(["", 1]);
  });
});

test("Ctrl+C ends it with whole lines and the usual code", async () => {
  const child = spawn(process.execPath, [
    RINGLAB,
    "experiment",
    "direct-execution",
    "--seeds",
    "2000",
    "--csv",
  ]);
  let [out, err] = ["", ""];
  child.stderr.on("data", (text) => {
    err += text;
  });
  child.stdout.on("data", (text) => {
    out += text;
    // Once: a second one ends it at once, and not in good order.
    if (!child.killed && out.split("\n").length > 3) child.kill("SIGINT");
  });
  const [code] = await once(child, "close");
  expect(code).toBe(130);
  expect(err).toMatch(/^ringlab: interrupted after \d+ of 80000 runs\n$/);
  expect(out.endsWith("\n")).toBe(true);
});
