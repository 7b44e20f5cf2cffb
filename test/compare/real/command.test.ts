/**
 * The one command with real engines, as root: from nothing to the report, and the machine is as before. Then interrupted
 * and killed at many moments. It takes some minutes; RINGLAB_CACHE may name a folder that holds a root file system, and
 * RINGLAB_MOMENTS seconds at which to interrupt ("1,3,7,14,25").
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Repetition, RunFacts } from "../../../src/compare/record.ts";
import { lacks } from "../../support/needs.ts";
import { difference, machineState } from "./machine-state.ts";

const COMMAND = resolve(import.meta.dirname, "../../../bin/ringlab.js");
const WORKING = ["host", "docker", "podman", "runc", "qemu-tcg"];
const MOMENTS = (process.env.RINGLAB_MOMENTS ?? "2,12").split(",").map(Number);
const EVERYTHING = [
  ...["compare", "run", "--targets", [...WORKING, "qemu-kvm"].join(",")],
  ...["--scenario", join(import.meta.dirname, "short.json5"), "--repetitions", "3", "--warmups", "0"],
];

describe.skipIf(lacks("engines", import.meta.url))("the one command", () => {
  let folder: string;
  let temporary: string;
  let cache: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "rl-"));
    temporary = join(folder, "t");
    cache = process.env.RINGLAB_CACHE ?? join(folder, "cache");
    await mkdir(temporary);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const children: { child: ChildProcess; ended: Promise<unknown> }[] = [];
  afterEach(async () => {
    for (const { child, ended } of children.splice(0)) {
      child.kill("SIGINT"); // after a test that failed half-way; one that has ended hears nothing
      await ended;
    }
  });

  const state = () => machineState([folder]);

  /** What was said, and the exit status. */
  function ringlab(words: readonly string[]) {
    const child: ChildProcess = spawn(process.execPath, [COMMAND, ...words], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, TMPDIR: temporary, RINGLAB_CACHE: cache },
    });
    const told = { text: "" };
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (data) => {
        told.text += data;
      });
    const ended = new Promise<number | null>((done) => child.on("close", done));
    children.push({ child, ended });
    return { child, told, ended };
  }

  /** The machine is as it was, at the latest a moment later: the kernel takes its time with what has ended. */
  async function isAsBefore(before: Awaited<ReturnType<typeof state>>, said: string): Promise<void> {
    await expect
      .poll(async () => difference(before, await state()), { timeout: 5000, message: said })
      .toEqual([]);
    expect(await readdir(temporary), said).toEqual([]);
    expect(await remembered(), said).toEqual([]);
  }

  /** Runs of ours that have not been forgotten: others may use the same cache. */
  async function remembered(): Promise<string[]> {
    const running = join(cache, "running");
    const files = await readdir(running).catch(() => []);
    const texts = await Promise.all(
      files.map((file) => readFile(join(running, file), "utf8").catch(() => "")),
    );
    return texts.filter((text) => text.includes(temporary));
  }

  test("measures every target, writes the report and leaves nothing", { timeout: 600_000 }, async () => {
    const before = await state();
    const out = join(folder, "out");
    const { told, ended } = ringlab([...EVERYTHING, "--report", "--out", out]);
    expect(await ended, told.text).toBe(0);
    const facts = JSON.parse(await readFile(join(out, "run.json"), "utf8")) as RunFacts;
    for (const { name, probe, sysbench, commands, image } of facts.targets) {
      if (name === "qemu-kvm" && probe.state !== "works") {
        expect(probe).toMatchObject({ state: "unusable", reason: expect.stringMatching(/\w+ \w+/) });
        continue;
      }
      expect(probe.state, `${name}: ${told.text}`).toBe("works");
      expect(sysbench, name).toBe("1.0.20");
      expect(image?.id, name).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(image?.history.length, name).toBeGreaterThan(0);
      expect(commands.join("\n"), name).toMatch(/sysbench (cpu|fileio) --/);
    }
    const records = (await readFile(join(out, "repetitions.jsonl"), "utf8"))
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Repetition);
    for (const target of WORKING) {
      const of = records.filter((record) => record.target === target);
      expect(of, target).toHaveLength(6);
      for (const { outcome, error, metrics, pageCache, log, hostSamples } of of) {
        expect(outcome, `${target}: ${error}`).toBe("done");
        expect(metrics.eventsPerCpuSecond, target).toBeGreaterThan(0);
        expect(pageCache, target).toBe("dropped");
        expect(existsSync(join(out, log))).toBe(true);
        expect(existsSync(join(out, hostSamples as string))).toBe(true);
      }
      const files = of.filter((record) => record.case === "rndrw");
      for (const { metrics } of files) {
        expect(metrics.readMiBs, target).toBeGreaterThan(0);
        expect(metrics.fsyncsPerSecond, target).toBeGreaterThan(0);
      }
    }
    for (const file of ["report.md", "report.html"]) {
      const report = await readFile(join(out, file), "utf8");
      for (const target of [...WORKING, "qemu-kvm"]) expect(report, file).toContain(target);
    }
    await isAsBefore(before, told.text);
  });

  test.each(MOMENTS)("Ctrl+C after %d s leaves nothing", { timeout: 120_000 }, async (seconds) => {
    const before = await state();
    const out = join(folder, `cancelled-${seconds}`);
    const { child, told, ended } = ringlab([...EVERYTHING, "--out", out]);
    await new Promise((done) => setTimeout(done, seconds * 1000));
    const hasBegun = (await readdir(temporary)).length > 0;
    child.kill("SIGINT");
    const status = await ended;
    // A command that is still being loaded has done nothing yet: the signal itself ends it.
    expect([130, ...(hasBegun ? [] : [null])], told.text).toContain(status);
    expect(told.text).not.toContain("could not");
    await isAsBefore(before, told.text);
  });

  test("what a killed run left is removed by the next command", { timeout: 400_000 }, async () => {
    const before = await state();
    const out = join(folder, "killed");
    const words = [...EVERYTHING, "--no-prediction", "--out", out];
    const { child, told, ended } = ringlab(words);
    await expect
      .poll(() => (child.exitCode === null ? told.text : `GONE: ${told.text}`), {
        timeout: 180_000,
        interval: 50,
      })
      .toMatch(/\/30 |^GONE/);
    child.kill("SIGKILL");
    await ended;
    const left = difference(before, await state());
    expect(left.length, "dockerd lives on, for one").toBeGreaterThan(0);
    const [scratch] = await readdir(temporary);
    const next = ringlab(["compare", "doctor", "--targets", "host"]);
    expect(await next.ended, next.told.text).toBe(0);
    expect(next.told.text).toContain("a run was killed before");
    expect(basename(scratch as string)).toMatch(/^ringlab-compare-/);
    await isAsBefore(before, next.told.text);
    const continued = ringlab(words);
    await expect.poll(() => continued.told.text, { timeout: 180_000, interval: 50 }).toContain("continued: ");
    continued.child.kill("SIGINT");
    expect(await continued.ended, continued.told.text).toBe(130);
    await isAsBefore(before, continued.told.text);
  });
});
