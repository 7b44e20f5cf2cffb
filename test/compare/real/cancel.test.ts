/**
 * Ctrl+C at many moments of a real run, with real engines: the machine is as before. It needs root, the engines and a
 * root file system in the cache: `RINGLAB_COMPARE=host,runc,docker npx vitest run test/compare/real` (a minute or two;
 * `npm run build` first).
 */
import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { cgroups } from "../../../src/compare/ground/cgroups.ts";
import { mountPoints } from "../../../src/compare/ground/mounts.ts";

const TARGETS = process.env.RINGLAB_COMPARE;
const COMMAND = resolve(import.meta.dirname, "../../../bin/ringlab.js");

/** Everything that a run could leave, other programs' doings aside. */
async function machine() {
  const ours = (path: string) => path.includes("ringlab-compare-");
  const processes: string[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (ours(command)) processes.push(command.replaceAll("\0", " "));
  }
  return {
    processes,
    mounts: (await mountPoints()).filter(ours),
    cgroups: (await cgroups()).filter(ours),
    interfaces: Object.keys(networkInterfaces()).sort(),
    folders: (await readdir(tmpdir())).filter(ours),
    forwarding: await readFile("/proc/sys/net/ipv4/ip_forward", "utf8").catch(() => ""),
    docker: await readdir("/etc/docker").catch(() => []),
  };
}

test.skipIf(!TARGETS).each([0.5, 2, 4, 7, 10, 13, 16, 20])(
  "Ctrl+C after %d s",
  { timeout: 90_000 },
  async (seconds) => {
    const before = await machine();
    const out = await mkdtemp(join(tmpdir(), "ringlab-cancel-"));
    const words = [
      "compare",
      "run",
      "--targets",
      TARGETS as string,
      "--scenario",
      "quick",
      "--out",
      join(out, "run"),
    ];
    const child = spawn(process.execPath, [COMMAND, ...words], { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (said += data));
    const ended = new Promise((done) => child.on("close", done));
    await new Promise((done) => setTimeout(done, seconds * 1000));
    child.kill("SIGINT");
    const code = await ended;
    await rm(out, { recursive: true });
    expect(code, said).toBe(130);
    expect(said).not.toContain("could not");
    expect(await machine(), said).toEqual(before);
  },
);
