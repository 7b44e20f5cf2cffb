import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readRun } from "../../../src/compare/analysis/read.ts";
import { take } from "../../../src/compare/recorded/take.ts";
import { goodRun, writeRun } from "../synthetic.ts";

function aside(): string {
  const folder = mkdtempSync(join(tmpdir(), "ringlab-take-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "taken");
}

test("a taken run reads as the one that it was taken from", () => {
  const run = goodRun();
  const to = aside();
  take(writeRun(run), to);
  const warmups = run.repetitions.flatMap(({ warmup, samples }) => (warmup ? [samples!] : []));
  const samples = new Map([...run.samples].filter(([file]) => !warmups.includes(file)));
  expect(warmups).not.toEqual([]);
  expect(readRun(to)).toEqual({ ...run, samples });
  const logs = run.repetitions.filter(({ log }) => existsSync(join(to, log)));
  expect(logs.map(({ target }) => target)).toEqual(["host", "docker", "qemu-tcg"]);
});

test("folders of the machine and the builder of its kernel are left out", () => {
  const run = goodRun();
  run.facts.host.kernel = "6.18.44-acme1";
  run.facts.targets[0]!.commands = [
    "sh /home/ann/.cache/ringlab/rootfs-b40873dad46d /tmp/ringlab-compare-G6AQzp/host-2.work --name ringlab-compare-305e5a8b-host --cgroup-parent /ringlab-compare-305e5a8b",
    "qemu -drive file=/tmp/ringlab-compare-G6AQzp/qemu-1.machine/disk,format=raw -H unix:///tmp/ringlab-compare-G6AQzp/socket",
  ];
  const to = aside();
  take(writeRun(run), to);
  const { facts } = readRun(to);
  expect(facts.host.kernel).toBe("6.18.44");
  expect(facts.targets[0]!.commands).toEqual([
    "sh /CACHE/rootfs-b40873dad46d /SCRATCH/host-2.work --name ringlab-host --cgroup-parent /ringlab",
    "qemu -drive file=/SCRATCH/qemu-1.machine/disk,format=raw -H unix:///SCRATCH/socket",
  ]);
});

test("what else names the machine stops it", () => {
  const run = goodRun();
  run.facts.targets[1]!.commands = ["docker import /home/ann/image.tar"];
  expect(() => take(writeRun(run), aside())).toThrow("run.json would tell /home/ann/image.tar");
});

test("an interrupted run is not taken", () => {
  const run = goodRun();
  delete run.facts.ended;
  expect(() => take(writeRun(run), aside())).toThrow("was interrupted: continue it");
});

test("nor one that is too large", () => {
  const folder = writeRun(goodRun());
  const file = join(folder, "raw", "0012-host-small-prime-10000.log");
  const { log } = goodRun().repetitions.find(({ warmup }) => !warmup)!;
  expect(join(folder, log)).toBe(file);
  writeFileSync(file, readFileSync(file, "utf8").repeat(20_000));
  expect(() => take(folder, aside())).toThrow("300000 are allowed");
});
