/** What `--pcap` writes, read by our own reader; tshark reads it in test/virt/io/net/dissect.test.ts. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Capture } from "../../src/cli/capture.ts";
import { experiment, grid, runJob } from "../../src/experiments/index.ts";
import { readPcap } from "../../src/systems/io/net.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ringlab-capture-"));
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

test("an experiment's packets, run after run, in the order of time; rows are those without a watch", async () => {
  const bridgeNat = experiment("bridge-nat");
  const jobs = grid(bridgeNat, { guests: [1], way: ["bridged", "NAT"] });
  const capture = new Capture(join(folder, "lan.pcap"));
  for (const job of jobs) {
    capture.next();
    expect(runJob(bridgeNat, job, capture.watch)).toEqual(runJob(bridgeNat, job));
  }
  await capture.write();
  const frames = readPcap(readFileSync(join(folder, "lan.pcap")));
  expect(frames.length).toBeGreaterThan(50);
  const times = frames.map(({ time }) => time);
  expect(times).toEqual([...times].sort((one, other) => one - other));
  const text = `wrote ${join(folder, "lan.pcap")}: ${frames.length} frames`;
  expect(console.error).toHaveBeenCalledWith(text);
});

test("nothing sent writes nothing and says so; what cannot be written is said at once", async () => {
  const file = join(folder, "none.pcap");
  await expect(new Capture(file).write()).rejects.toThrow(`nothing was sent, so ${file} was not written`);
  expect(existsSync(file)).toBe(false);
  expect(() => new Capture(join(folder, "no", "x.pcap"))).toThrow("the folder");
  expect(() => new Capture(folder)).toThrow("it is a folder");
  expect(() => new Capture("-")).toThrow("--pcap -: give it a file");
});
