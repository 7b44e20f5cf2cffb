/**
 * Puts a release where it was asked for. Into a new or an empty folder it comes whole or not at all; in one that an earlier
 * release wrote, only files of that release are replaced or taken away. Nothing else is ever touched.
 */
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rename, rm, rmdir, unlink, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { ReleaseError } from "./error.ts";
import type { Release } from "./files.ts";

/** What a release wrote: path → hash. By this list the next one knows what is its own. */
export const MANIFEST = ".ringlab-release.json";

type Written = Record<string, string>;

const hash = (data: Uint8Array) => createHash("sha256").update(data).digest("hex");

/** @throws ReleaseError when something else stands in the way */
export async function place(release: Release, where: string, { force }: { force: boolean }): Promise<void> {
  const folder = resolve(where);
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found && !found.isDirectory()) throw new ReleaseError(`${where} is there already, and is no folder`);
  const empty = !found || readdirSync(folder).length === 0;
  if (!empty && !force)
    throw new ReleaseError(
      `${where} is not empty. With --force the files of an earlier release in it are replaced, and nothing else is touched`,
    );
  const conflicts = empty ? [] : inTheWay(release, folder);
  if (conflicts.length > 0)
    throw new ReleaseError(
      `${conflicts.slice(0, 5).join(", ")}${conflicts.length > 5 ? ` and ${conflicts.length - 5} more` : ""} in ${where}: not as a release wrote ${conflicts.length > 1 ? "them" : "it"}. Move ${conflicts.length > 1 ? "them" : "it"} away`,
    );
  await mkdir(dirname(folder), { recursive: true });
  const building = await mkdtemp(join(dirname(folder), `.${basename(folder)}.`));
  try {
    await write(release, building);
    if (empty) {
      if (found) await rmdir(folder);
      await rename(building, folder);
    } else await replace(release, building, folder);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

const manifestOf = (release: Release): Written =>
  Object.fromEntries([...release].map(([path, { data }]) => [path, hash(data)]));

async function write(release: Release, folder: string): Promise<void> {
  // mkdtemp makes folders that only their owner may enter; others are to read this one.
  await chmod(folder, 0o755);
  const written = JSON.stringify({ files: manifestOf(release) }, undefined, 1);
  for (const [path, { data, executable }] of release) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, data, { mode: executable ? 0o755 : 0o644 });
  }
  await writeFile(join(folder, MANIFEST), `${written}\n`);
}

function earlier(folder: string): Written {
  const file = join(folder, MANIFEST);
  if (!existsSync(file)) return {};
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as { files: Written }).files ?? {};
  } catch {
    throw new ReleaseError(`${file} is damaged; release into another folder`);
  }
}

/** Regular, reached through no link, and as a release wrote it. */
function isOurs(folder: string, path: string, ...hashes: (string | undefined)[]): boolean {
  const parts = path.split("/");
  const through = parts.slice(0, -1).map((_, index) => join(folder, ...parts.slice(0, index + 1)));
  if (through.some((one) => !lstatSync(one, { throwIfNoEntry: false })?.isDirectory())) return false;
  const file = join(folder, path);
  return lstatSync(file).isFile() && hashes.includes(hash(readFileSync(file)));
}

/** Files where the release wants to write, that are not its own. */
function inTheWay(release: Release, folder: string): string[] {
  const before = earlier(folder);
  return [...release].flatMap(([path, { data }]) => {
    const parts = path.split("/");
    const blocked = parts
      .slice(0, -1)
      .map((_, index) => parts.slice(0, index + 1).join("/"))
      .find((one) => lstatSync(join(folder, one), { throwIfNoEntry: false })?.isDirectory() === false);
    if (blocked !== undefined) return [blocked];
    if (!lstatSync(join(folder, path), { throwIfNoEntry: false })) return [];
    return isOurs(folder, path, before[path], hash(data)) ? [] : [path];
  });
}

/** File by file: each is the old or the new one at every moment. */
async function replace(release: Release, from: string, to: string): Promise<void> {
  const before = earlier(to);
  for (const path of release.keys()) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    await rename(join(from, path), join(to, path));
  }
  for (const [path, written] of Object.entries(before)) {
    if (release.has(path) || !existsSync(join(to, path)) || !isOurs(to, path, written)) continue;
    await unlink(join(to, path));
    await removeEmpty(to, dirname(path));
  }
  await rename(join(from, MANIFEST), join(to, MANIFEST));
}

async function removeEmpty(root: string, path: string): Promise<void> {
  if (path === "." || readdirSync(join(root, path)).length > 0) return;
  await rmdir(join(root, path));
  await removeEmpty(root, dirname(path));
}
