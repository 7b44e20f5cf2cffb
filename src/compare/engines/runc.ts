/** runc: a container with no engine around it. Its bundle is an OCI runtime configuration of version 1.0.2. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { installed, must, run } from "../ground/child.ts";
import { commandLine } from "../ground/quote.ts";
import type { Resources } from "../record.ts";
import { rootFolder, rootImage } from "../rootfs/rootfs.ts";
import type { Engine, Job } from "./engine.ts";
import { pipe } from "./pipe.ts";

/** Microseconds: the period of CFS bandwidth control that Docker's --cpus uses. */
const PERIOD = 100_000;

export const runc: Engine = {
  name: "runc",
  kind: "container",
  patience: 20,
  async look() {
    if (process.platform !== "linux") return { state: "unusable", reason: "runc is for Linux" };
    if (!(await installed("runc"))) return { state: "absent", install: "apt install runc" };
    if (process.getuid?.() !== 0)
      return {
        state: "unusable",
        reason: "limits of a rootless container need a delegated cgroup: run it with sudo",
      };
    const version = /^runc version (\S+)/.exec(await must(["runc", "--version"]))?.[1];
    return {
      state: "there",
      versions: { runc: version ?? "unknown" },
      notes: ["no disk format: a folder of the host"],
    };
  },
  async open(ground) {
    const root = await rootFolder(ground);
    const state = join(ground.scratch, "runc");
    return {
      ...(await rootImage(ground)),
      async start(job) {
        const name = `${ground.name}-${job.name}`.toLowerCase();
        const bundle = join(ground.scratch, `${job.name}.bundle`);
        const work = join(bundle, "work");
        await mkdir(work, { recursive: true });
        const file = join(bundle, "config.json");
        const config = JSON.stringify(configuration(root, work, `/${ground.name}/${name}`, job));
        await writeFile(file, config);
        const session = await pipe(["runc", "--root", state, "run", "--bundle", bundle, name], {
          remove: async (child) => {
            await run(["runc", "--root", state, "delete", "--force", name]);
            if (!child.isRunning) await rm(bundle, { recursive: true, force: true });
          },
        });
        const command = `${commandLine(["printf", "%s", config])} > ${file}\n${session.command}`;
        return { ...session, command };
      },
    };
  },
};

/** The root is read-only, /work is a folder on the host's disk, and there is no network but an empty one. */
function configuration(root: string, work: string, cgroupsPath: string, { script, resources }: Job) {
  return {
    ociVersion: "1.0.2",
    root: { path: root, readonly: true },
    hostname: "ringlab",
    process: {
      terminal: false,
      cwd: "/work",
      user: { uid: 0, gid: 0 },
      args: ["bash", "-c", script],
      env: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/work", "LC_ALL=C"],
      noNewPrivileges: true,
    },
    mounts: [
      { destination: "/proc", type: "proc", source: "proc" },
      {
        destination: "/dev",
        type: "tmpfs",
        source: "tmpfs",
        options: ["nosuid", "strictatime", "mode=755", "size=65536k"],
      },
      { destination: "/tmp", type: "tmpfs", source: "tmpfs", options: ["nosuid", "nodev", "size=16m"] },
      { destination: "/work", type: "bind", source: work, options: ["rbind", "rw"] },
    ],
    linux: {
      cgroupsPath,
      namespaces: ["pid", "ipc", "uts", "mount", "network"].map((type) => ({ type })),
      resources: limits(resources),
    },
  };
}

function limits({ processors, memory }: Resources) {
  return {
    memory: { limit: memory * 2 ** 20 },
    cpu: { quota: processors * PERIOD, period: PERIOD },
    devices: [{ allow: false, access: "rwm" }],
  };
}
