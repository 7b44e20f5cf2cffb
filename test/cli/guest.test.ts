/** `ringlab guest`: the shortest way from nothing to a kernel that runs on the PC. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { buildGuest, expectedOutput, workloads } from "../../src/guests/index.ts";

const BIN = resolve(import.meta.dirname, "../../bin/ringlab.js");
const ringlab = (...args: string[]) =>
  spawnSync(process.execPath, [BIN, "guest", ...args], { encoding: "utf8" });

test("boots the kernel, prints what the guest says and what an operation cost", () => {
  const { status, stdout, stderr } = ringlab("page-fault", "--set", "pages=100", "--profile", "haswell");
  expect(stderr).toBe("");
  expect(status).toBe(0);
  expect(stdout).toContain(expectedOutput("page-fault", { pages: 100 }).trim());
  expect(stdout).toContain("one page fault of 100, on a Core i7-4770");
  expect(stdout).toMatch(/^ +1 pageFault$/m);
});

test("SYSENTER costs less than int 0x80, by the price list's own events", () => {
  const cycles = (...options: string[]) =>
    Number(/([\d,.]+) cycles/.exec(ringlab("null-call", ...options).stdout)?.[1]?.replaceAll(",", ""));
  expect(cycles("--system-call", "sysenter")).toBeLessThan(cycles("--system-call", "int80"));
});

test("writes the image that the library builds", () => {
  const folder = mkdtempSync(join(tmpdir(), "ringlab-guest-"));
  try {
    const file = join(folder, "fork.img");
    expect(ringlab("fork", "--set", "iterations=3", "--out", file).status).toBe(0);
    const { image } = buildGuest({ workload: "fork", parameters: { iterations: 3 } });
    expect(readFileSync(file).equals(image)).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("lists every workload, and names what is wrong", () => {
  const { stdout } = ringlab("--list");
  for (const { name } of workloads) expect(stdout).toContain(`${name}: `);
  const wrong: [args: string[], message: RegExp][] = [
    [["forks"], /there is no workload "forks"; there are baseline, /],
    [[], /name a workload/],
    [["fork", "--set", "iterations"], /write it as name=value/],
    [["fork", "--set", "iterations=many"], /give a whole number, not "many"/],
    [["fork", "--set", "children=3"], /children/],
    [["fork", "--system", "os2"], /there is no system "os2": native, /],
    [["fork", "--profile", "abacus"], /there is no profile "abacus": .*pentium4, /],
    [["fork", "--timer", "1"], /19 … 10000/],
  ];
  for (const [args, message] of wrong) {
    const { status, stderr } = ringlab(...args);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(status).not.toBe(0);
  }
});
