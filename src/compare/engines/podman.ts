/** Podman, with all its state in the scratch folder. */
import { join } from "node:path";
import { installed, must } from "../ground/child.ts";
import { rootfs } from "../rootfs/rootfs.ts";
import type { Engine } from "./engine.ts";
import { imported, importImage } from "./imported.ts";

/** Limits that a container gets must not be above our own, or a machine that is a container itself refuses. */
const ULIMITS = ["--ulimit", "nofile=1024:4096", "--ulimit", "nproc=4096:4096"];

export const podman: Engine = {
  name: "podman",
  kind: "container",
  patience: 60,
  async look() {
    if (!(await installed("podman"))) return { state: "absent", install: "apt install podman" };
    if (process.platform !== "linux")
      return {
        state: "unusable",
        reason: "podman machine is a virtual machine; compare it on Linux, or take docker as its own kind",
      };
    if (process.getuid?.() !== 0)
      return {
        state: "unusable",
        reason: "limits of a rootless container need a delegated cgroup: run it with sudo",
      };
    const version = (await must(["podman", "--version"])).trim().replace(/^podman version /, "");
    return { state: "there", versions: { podman: version }, notes: [] };
  },
  async open(ground) {
    const { tar } = await rootfs(ground);
    // Podman refuses a --runroot of more than 50 characters.
    const folder = join(ground.scratch, "p");
    // crun, its own choice, fails where cgroup v1 and v2 are mixed.
    const runtime = (await installed("runc"))
      ? ["--runtime", "runc", "--runtime-flag", `root=${join(folder, "runc")}`]
      : [];
    const client = [
      ...[
        "podman",
        "--root",
        join(folder, "root"),
        "--runroot",
        join(folder, "r"),
        "--tmpdir",
        join(folder, "tmp"),
      ],
      ...["--cgroup-manager", "cgroupfs", "--events-backend", "none", ...runtime],
    ];
    const image = `localhost/${ground.name}:latest`;
    const made = await importImage(client, tar, image, ground.signal);
    const parent = ["--cgroup-parent", `/${ground.name}`, "--cgroups", "no-conmon"];
    // Not --rm: with it podman mounts the container's layer as "volatile", and fsync does nothing. The session removes it.
    return imported(client, ["--network", "none", ...parent, ...ULIMITS], image, ground, made);
  },
};
