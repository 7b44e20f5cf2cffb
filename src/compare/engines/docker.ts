/**
 * Docker: with the engine that answers already, or else with a dockerd of our own that changes nothing outside of the
 * scratch folder: no bridge, no firewall rules, a cgroup parent of its own.
 */
import { join } from "node:path";
import { CannotCompare } from "../errors.ts";
import { Child, installed, must, run } from "../ground/child.ts";
import type { Ground } from "../ground/ground.ts";
import { rootfs } from "../rootfs/rootfs.ts";
import type { Engine, Look } from "./engine.ts";
import { imported } from "./imported.ts";

/** Milliseconds in which a daemon has to answer. */
const START = 60_000;

interface Info {
  ServerVersion?: string;
  OperatingSystem?: string;
  KernelVersion?: string;
  ServerErrors?: string[];
}

/** What the engine behind `client` says of itself; undefined when none answers: the command alone is only a client. */
async function info(client: readonly string[], signal?: AbortSignal): Promise<Info | undefined> {
  const { code, stdout } = await run([...client, "info", "--format", "{{json .}}"], {
    signal,
    timeout: 20_000,
  });
  if (code !== 0) return undefined;
  const said = JSON.parse(stdout) as Info;
  return said.ServerErrors?.length || !said.ServerVersion ? undefined : said;
}

export const docker: Engine = {
  name: "docker",
  kind: "container",
  patience: 60,
  async look() {
    if (!(await installed("docker")))
      return { state: "absent", install: "apt install docker.io, or Docker Desktop from docker.com" };
    const client = (await must(["docker", "--version"])).trim();
    const answering = await info(["docker"]);
    if (answering) return there(answering, client);
    if (!(await installed("dockerd")))
      return {
        state: "unusable",
        reason: `${client} is a client, and no engine answers it: start Docker, or apt install docker.io`,
      };
    if (process.getuid?.() !== 0)
      return {
        state: "unusable",
        reason: "no engine answers, and starting dockerd needs root: run it with sudo",
      };
    const engine = (await must(["dockerd", "--version"])).trim();
    return {
      state: "there",
      versions: { client, engine },
      notes: ["a dockerd of its own, for this run only"],
    };
  },
  async open(ground) {
    const { tar } = await rootfs(ground);
    const client = (await info(["docker"], ground.signal)) ? ["docker"] : await ownDaemon(ground);
    const image = `ringlab-${ground.name}:latest`;
    await must([...client, "import", tar, image], { signal: ground.signal });
    ground.undo.later(`remove Docker's image ${image}`, () => must([...client, "rmi", "--force", image]));
    const parent = client.length > 1 ? ["--cgroup-parent", `/${ground.name}`] : [];
    return imported(client, ["--network", "none", ...parent], image, ground);
  },
};

function there({ ServerVersion, OperatingSystem, KernelVersion }: Info, client: string): Look {
  const versions = { client, engine: ServerVersion ?? "unknown", kernel: KernelVersion ?? "unknown" };
  const isDesktop = OperatingSystem?.includes("Docker Desktop") || process.platform !== "linux";
  if (!isDesktop) return { state: "there", versions, notes: [] };
  return {
    state: "there",
    versions,
    notes: ["its containers run in a virtual machine: this is not a container on this host's kernel"],
    beneath: OperatingSystem ?? "a virtual machine",
  };
}

/** Starts dockerd and waits until it answers. The command of its client. */
async function ownDaemon(ground: Ground): Promise<string[]> {
  const folder = join(ground.scratch, "docker");
  const socket = `unix://${join(folder, "socket")}`;
  const daemon = await Child.start([
    "dockerd",
    "--iptables=false",
    "--ip6tables=false",
    "--ip-forward=false",
    "--bridge=none",
    "--storage-driver=overlay2",
    "--exec-opt=native.cgroupdriver=cgroupfs",
    `--data-root=${join(folder, "data")}`,
    `--exec-root=${join(folder, "exec")}`,
    `--pidfile=${join(folder, "pid")}`,
    `--host=${socket}`,
  ]);
  daemon.process.stdout.resume();
  ground.undo.later("stop dockerd", () => daemon.stop(20_000));
  const client = ["docker", "-H", socket];
  const end = Date.now() + START;
  while (daemon.isRunning && Date.now() < end) {
    if (await info(client, ground.signal)) return client;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const said = daemon.stderr.trim().split("\n").slice(-2).join("; ");
  throw new CannotCompare(
    daemon.isRunning ? `dockerd doesn't answer after ${START / 1000} s: ${said}` : `dockerd ended: ${said}`,
  );
}
