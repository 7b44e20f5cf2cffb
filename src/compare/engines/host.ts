/** The bare machine: the same root file system by chroot, in a mount namespace so that no mount outlives it. Nothing limits it. */
import { mkdir, rm } from "node:fs/promises";
import { release } from "node:os";
import { join } from "node:path";
import { installed } from "../ground/child.ts";
import { MARK } from "../ground/processes.ts";
import { rootFolder, rootImage } from "../rootfs/rootfs.ts";
import type { Engine } from "./engine.ts";
import { pipe } from "./pipe.ts";

/** $1 root, $2 work folder, $3 the job. */
const ENTER = `set -e
mount --bind "$2" "$1/work"
mount --rbind /proc "$1/proc"
mount --rbind /dev "$1/dev"
exec chroot "$1" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/work LC_ALL=C \\
  ${MARK}="$${MARK}" bash -c "cd /work; $3"`;

export const host: Engine = {
  name: "host",
  kind: "host",
  patience: 10,
  async look() {
    if (process.platform !== "linux")
      return {
        state: "unusable",
        reason: "the root file system for all targets is Linux's, this system is not",
      };
    if (!(await installed("unshare"))) return { state: "absent", install: "apt install util-linux" };
    if (process.getuid?.() !== 0) return { state: "unusable", reason: "chroot needs root: run it with sudo" };
    return {
      state: "there",
      versions: { kernel: release() },
      notes: ["processors and memory are not limited; no disk format"],
    };
  },
  async open(ground) {
    const root = await rootFolder(ground);
    return {
      ...(await rootImage(ground)),
      async start({ name, script }) {
        const work = join(ground.scratch, `${name}.work`);
        await mkdir(work);
        return pipe(
          ["unshare", "--mount", "--propagation", "private", "sh", "-c", ENTER, "sh", root, work, script],
          {
            remove: async (child) => child.isRunning || rm(work, { recursive: true, force: true }),
          },
        );
      },
    };
  },
};
