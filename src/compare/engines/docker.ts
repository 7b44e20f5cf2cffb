/**
 * Docker: with the engine that answers already, or else with a dockerd of our own that changes nothing outside of the
 * scratch folder: no bridge, no firewall rules, a cgroup parent of its own.
 */
import { release } from "node:os";
import { join } from "node:path";
import { CannotCompare } from "../errors.ts";
import { Child, installed, must, run } from "../ground/child.ts";
import type { Ground } from "../ground/ground.ts";
import { commandLine } from "../ground/quote.ts";
import { rootfs } from "../rootfs/rootfs.ts";
import type { Engine, Look } from "./engine.ts";
import { imported, importImage } from "./imported.ts";

/** Milliseconds in which a daemon has to answer. */
const START = 60_000;

/** $1: what names of our containers and of our image begin with. */
const REMOVE = `docker ps --all --quiet --filter "name=^/?$1-" | xargs --no-run-if-empty docker rm --force
docker image ls --quiet "$1" | xargs --no-run-if-empty docker rmi --force`;

interface Info {
  ServerVersion?: string;
  OperatingSystem?: string;
  KernelVersion?: string;
  DockerRootDir?: string;
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
    const image = `${ground.name}:latest`;
    const users = await info(["docker"], ground.signal);
    if (users) {
      const remove = ["sh", "-c", REMOVE, "sh", ground.name];
      await ground.ifKilled(remove);
      ground.undo.later("remove what Docker's engine holds", () => must(remove, { timeout: 60_000 }));
    }
    const daemon = users ? undefined : await ownDaemon(ground);
    const client = daemon?.client ?? ["docker"];
    const made = await importImage(client, tar, image, ground.signal);
    return imported(client, ["--rm", "--network", "none", ...(daemon?.options ?? [])], image, ground, {
      ...made,
      prepared: [...(daemon ? [daemon.command] : []), ...(made.prepared ?? [])],
      ...(users?.DockerRootDir === undefined ? {} : { folder: users.DockerRootDir }),
    });
  },
};

function there({ ServerVersion, OperatingSystem, KernelVersion }: Info, client: string): Look {
  const versions = { client, engine: ServerVersion ?? "unknown", kernel: KernelVersion ?? "unknown" };
  const isDesktop = OperatingSystem?.includes("Docker Desktop") || process.platform !== "linux";
  // A client's context may lead to another machine, whatever that calls itself.
  const isElsewhere = KernelVersion !== undefined && KernelVersion !== release();
  if (!isDesktop && !isElsewhere) return { state: "there", versions, notes: [] };
  return {
    state: "there",
    versions,
    notes: ["its containers run in a virtual machine: this is not a container on this host's kernel"],
    beneath: isDesktop
      ? (OperatingSystem ?? "a virtual machine")
      : `another kernel (${KernelVersion}; this host's is ${release()})`,
  };
}

interface Daemon {
  command: string;
  client: string[];
  /** Of `run`. */
  options: string[];
}

/** Starts dockerd and waits until it answers. */
async function ownDaemon(ground: Ground): Promise<Daemon> {
  const folder = join(ground.scratch, "docker");
  const socket = `unix://${join(folder, "socket")}`;
  const argv = [
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
  ];
  const daemon = await Child.start(argv);
  daemon.process.stdout.resume();
  ground.undo.later("stop dockerd", () => daemon.stop(20_000));
  const client = ["docker", "-H", socket];
  const end = Date.now() + START;
  while (daemon.isRunning && Date.now() < end) {
    if (await info(client, ground.signal))
      return { command: commandLine(argv), client, options: ["--cgroup-parent", `/${ground.name}`] };
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const said = daemon.stderr.trim().split("\n").slice(-2).join("; ");
  throw new CannotCompare(
    daemon.isRunning ? `dockerd doesn't answer after ${START / 1000} s: ${said}` : `dockerd ended: ${said}`,
  );
}
