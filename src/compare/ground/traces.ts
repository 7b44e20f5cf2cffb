/** Files and folders that engines make outside of the places that we give them, and leave. */
import { access, rm, rmdir } from "node:fs/promises";

/** What is in a folder comes before it. */
const TRACES = [
  "/etc/docker/key.json",
  "/etc/docker",
  "/run/docker/plugins",
  "/run/docker",
  "/run/containerd/s",
  "/run/containerd",
  "/run/runc",
  "/run/libpod",
  "/run/containers",
  "/dev/shm/libpod_lock",
  "/var/lib/containers/cache/blob-info-cache-v1.boltdb",
  "/var/lib/containers/cache",
  "/var/lib/containers",
  "/var/lib/cni",
];

const FILE = /\.json$|_lock$|\.boltdb$/;

/** Those that are there. */
export async function traces(): Promise<string[]> {
  const there: string[] = [];
  for (const path of TRACES)
    await access(path).then(
      () => there.push(path),
      () => {},
    );
  return there;
}

/** Removes those that are not among `before`: files, and folders that are empty. */
export async function removeNewTraces(before: readonly string[]): Promise<void> {
  for (const path of await traces())
    if (!before.includes(path))
      await (FILE.test(path) ? rm(path, { force: true }) : rmdir(path)).catch(
        (error: NodeJS.ErrnoException) => {
          // Somebody else's run has begun to use it.
          if (error.code !== "ENOTEMPTY" && error.code !== "ENOENT") throw error;
        },
      );
}
