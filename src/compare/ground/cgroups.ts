/** Control groups that engines make for us and don't remove: Docker's parent group, a killed container's own. */
import { readdir, rmdir } from "node:fs/promises";
import { join } from "node:path";

const ROOT = "/sys/fs/cgroup";

/** Parents that engines make beside ours and leave. */
const ENGINES = ["docker", "libpod_parent"];

/** The root of every hierarchy: one with cgroup v2, one for each controller with v1. */
async function hierarchies(): Promise<string[]> {
  const entries = await readdir(ROOT, { withFileTypes: true }).catch(() => []);
  if (entries.some(({ name }) => name === "cgroup.controllers")) return [ROOT];
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(ROOT, name));
}

/** Every group of the machine, deepest first. */
export async function cgroups(): Promise<string[]> {
  const found: string[] = [];
  const visit = async (folder: string): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => []))
      if (entry.isDirectory()) {
        await visit(join(folder, entry.name));
        found.push(join(folder, entry.name));
      }
  };
  for (const root of await hierarchies()) await visit(root);
  return found;
}

/** Removes the groups whose path has a component that begins with `prefix`. They must be empty of processes. */
export async function removeCgroups(prefix: string): Promise<void> {
  for (const folder of await cgroups()) {
    const isOurs = folder.split("/").some((part) => part.startsWith(prefix));
    if (isOurs) await removePatiently(folder);
  }
}

/** Groups that are named as engines name theirs, and all below them. */
export const groupsOfEngines = async (): Promise<string[]> =>
  (await cgroups()).filter((folder) => folder.split("/").some((part) => ENGINES.includes(part)));

/** Removes those of `groupsOfEngines` that are not among `before`, where nobody is in them. */
export async function removeNewGroups(before: readonly string[]): Promise<void> {
  for (const folder of await groupsOfEngines())
    if (!before.includes(folder))
      await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
        // Another run's engine uses it: it is not ours to remove.
        if (!["EBUSY", "ENOTEMPTY", "ENOENT"].includes(error.code ?? "")) throw error;
      });
}

/** The kernel says EBUSY for a moment after the last process has gone. */
async function removePatiently(folder: string): Promise<void> {
  for (let attempt = 0; ; attempt++)
    try {
      return await rmdir(folder);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT") return;
      if (code !== "EBUSY" || attempt === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
}
