/** What the commit at HEAD of a repository holds. The working files are not looked at. */
import { existsSync, lstatSync } from "node:fs";
import { join } from "node:path";
import { visible } from "../../../src/course/submission/characters.ts";
import { type Caps, tooLarge } from "../caps.ts";
import { isIgnored, Listing } from "../listing.ts";
import { nameProblem } from "../names.ts";
import { modeOddity, refuseOddity } from "../open.ts";
import { Refusal } from "../submission.ts";
import { damaged } from "./damaged.ts";
import { type RepositoryFiles, repositoryFiles } from "./files.ts";
import { ObjectStore } from "./objects.ts";

/** The folder with HEAD, refs and objects: `.git`, or the folder itself when it is bare. */
export function gitFolderOf(path: string): string | undefined {
  const isFolder = (name: string) => lstatSync(name, { throwIfNoEntry: false })?.isDirectory() === true;
  const isGit = (folder: string) =>
    isFolder(join(folder, "objects")) && isFolder(join(folder, "refs")) && existsSync(join(folder, "HEAD"));
  const inside = join(path, ".git");
  if (isFolder(inside)) return inside;
  return isGit(path) ? path : undefined;
}

/** @param folder as `gitFolderOf` found it. @throws Refusal */
export function listCommit(folder: string, caps: Caps): { listing: Listing; note: string } {
  const files = repositoryFiles(folder, caps);
  refuseUnknownFormats(files);
  const store = new ObjectStore(files, caps);
  const commit = headOf(files);
  const tree = /^tree ([0-9a-f]{40})$/m.exec(store.get(commit, "commit").toString("latin1"))?.[1];
  if (tree === undefined) throw damaged("a commit without a tree");
  const listing = new Listing(caps);
  walk(store, listing, tree, "");
  return {
    listing,
    note: `The commit ${commit.slice(0, 10)} at HEAD was taken; what is not committed was not.`,
  };
}

function refuseUnknownFormats(files: RepositoryFiles): void {
  const config = files.read("config")?.toString("latin1") ?? "";
  const unknown = /^\s*(objectformat\s*=\s*(?!sha1\b)|refstorage\s*=\s*(?!files\b))/im.exec(config);
  if (unknown)
    throw new Refusal(
      "The git repository has a new format (SHA-256 or reftable) that is not read here. Hand in component.ts itself.",
    );
}

function headOf(files: RepositoryFiles): string {
  let name = "HEAD";
  for (let steps = 0; steps < 5; steps++) {
    const text = files.read(name)?.toString("latin1").trim() ?? packedRef(files, name);
    if (text === undefined)
      throw new Refusal("The git repository has no commit yet. Commit your work and hand it in again.");
    if (/^[0-9a-f]{40}$/.test(text)) return text;
    const [, next] = /^ref: (refs\/\S+)$/.exec(text) ?? [];
    if (next === undefined || nameProblem(next) !== undefined) throw damaged(`${name} names no commit`);
    name = next;
  }
  throw damaged("HEAD refers in a circle");
}

function packedRef(files: RepositoryFiles, name: string): string | undefined {
  const lines = files.read("packed-refs")?.toString("latin1").split("\n") ?? [];
  return lines.find((line) => line.slice(41) === name && /^[0-9a-f]{40} /.test(line))?.slice(0, 40);
}

/** "mode name\0" and 20 bytes of an object's name, again and again. */
function walk(store: ObjectStore, listing: Listing, tree: string, folder: string): void {
  const data = store.get(tree, "tree");
  for (let at = 0; at < data.length; ) {
    const end = data.indexOf(0, at);
    const [, mode, name] = /^(\d{5,6}) ([^/]*)$/s.exec(data.toString("utf8", at, end)) ?? [];
    if (end < 0 || end + 21 > data.length || mode === undefined) throw damaged("a tree");
    const id = data.toString("hex", end + 1, end + 21);
    at = end + 21;
    add(store, listing, { mode: Number.parseInt(mode, 8), path: `${folder}${name}`, id });
  }
}

const TREE = 0o040000;
const SUBMODULE = 0o160000;

function add(
  store: ObjectStore,
  listing: Listing,
  { mode, path, id }: { mode: number; path: string; id: string },
): void {
  listing.look(path);
  if (isIgnored(path) || mode === SUBMODULE) return;
  if (mode === TREE) {
    walk(store, listing, id, `${path}/`);
    return;
  }
  const odd = modeOddity(mode);
  if (odd !== undefined) throw refuseOddity(path, odd);
  const read = async (cap: number) => {
    const data = store.get(id, "blob");
    if (data.length > cap) throw tooLarge(visible(path), data.length, cap);
    return data;
  };
  listing.add({ path, size: 0, read });
}
