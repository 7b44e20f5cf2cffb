/**
 * Ctrl+C at many moments of a real run, with real engines: the machine is as before. It needs root, the engines and a
 * root file system in the cache: `RINGLAB_COMPARE=host,runc,docker npx vitest run test/compare/real` (a minute or two;
 * `npm run build` first).
 */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { cgroups } from "../../../src/compare/ground/cgroups.ts";
import { mountPoints } from "../../../src/compare/ground/mounts.ts";

const TARGETS = process.env.RINGLAB_COMPARE;
const COMMAND = resolve(import.meta.dirname, "../../../bin/ringlab.js");

/** What programs of a run with these names would leave; other runs on this machine are not looked at. */
async function leftBy(names: readonly string[]): Promise<string[]> {
  const ours = (path: string) => names.some((name) => path.toLowerCase().includes(name.toLowerCase()));
  const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(
    processes.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
  );
  return [...commands, ...(await mountPoints()), ...(await cgroups())].filter(ours);
}

async function settings() {
  return {
    interfaces: Object.keys(networkInterfaces()).sort(),
    forwarding: await readFile("/proc/sys/net/ipv4/ip_forward", "utf8").catch(() => ""),
    docker: await readdir("/etc/docker").catch(() => []),
  };
}

test.skipIf(!TARGETS).each([1, 2, 4, 7, 10, 14, 18, 24])(
  "Ctrl+C after %d s",
  { timeout: 120_000 },
  async (seconds) => {
    const before = await settings();
    const folder = await mkdtemp(join(tmpdir(), "rl-"));
    const words = [
      "compare",
      "run",
      "--targets",
      TARGETS as string,
      "--scenario",
      "quick",
      "--out",
      join(folder, "run"),
    ];
    const temporary = join(folder, "tmp");
    await mkdir(temporary);
    const child = spawn(process.execPath, [COMMAND, ...words], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, TMPDIR: temporary },
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (said += data));
    const ended = new Promise((done) => child.on("close", done));
    await new Promise((done) => setTimeout(done, seconds * 1000));
    const names = [temporary, ...(await readdir(temporary))];
    child.kill("SIGINT");
    // A command that is still being loaded has done nothing yet: the signal itself ends it.
    expect(await ended, said).toBe(names.length > 1 ? 130 : null);
    expect(said).not.toContain("could not");
    expect(await readdir(temporary), said).toEqual([]);
    expect(await leftBy(names), said).toEqual([]);
    expect(await settings(), said).toEqual(before);
    await rm(folder, { recursive: true });
  },
);
