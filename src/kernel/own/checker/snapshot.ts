/**
 * The checker's start-up snapshot: a file of about 40 MB in the cache folder, made for one version of Node, TypeScript
 * and this package at one place. Whoever finds it absent starts the checker the plain way.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installation } from "./installation.ts";

/** RINGLAB_CACHE, or the system's folder for what can be made again. */
export function cacheFolder(): string {
  const { RINGLAB_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (RINGLAB_CACHE) return RINGLAB_CACHE;
  if (process.platform === "win32") return join(LOCALAPPDATA ?? homedir(), "ringlab", "cache");
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches", "ringlab");
  return join(XDG_CACHE_HOME || join(homedir(), ".cache"), "ringlab");
}

const here = fileURLToPath(new URL(".", import.meta.url));

/** Name and stamp of every file that is inside of the snapshot, without reading them: this runs at every start. */
function ingredients(): string[] {
  const { libFolder, typeRoots } = installation();
  const ours = [here, join(here, "..", "language")].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".js"))
      .map((name) => join(folder, name)),
  );
  const theirs = [
    join(libFolder, "typescript.js"),
    ...typeRoots.map((folder) => join(folder, "node/package.json")),
  ];
  return [...ours, ...theirs].map((path) => {
    const { size, mtimeMs } = statSync(path);
    return `${path}:${size}:${mtimeMs}`;
  });
}

const hash = (...words: string[]) => createHash("sha256").update(words.join("\n")).digest("hex").slice(0, 16);

/** Where the snapshot for this installation and this Node is, or would be: `checker-<where>-<what>.blob`. */
export function snapshotPath(): string {
  const where = hash(here, process.version, process.arch, process.execPath);
  return join(cacheFolder(), `checker-${where}-${hash(...ingredients())}.blob`);
}

let building: Promise<string | undefined> | undefined;

/**
 * Builds the snapshot unless it is there (about 3 s). Resolves with its path, or with undefined when it cannot be built:
 * kernels then start slower, and nothing else changes. Safe to call from several processes at once.
 */
export function ensureSnapshot(): Promise<string | undefined> {
  building ??= build().catch(() => undefined);
  return building;
}

async function build(): Promise<string> {
  const path = snapshotPath();
  if (statSync(path, { throwIfNoEntry: false })) return path;
  const cache = cacheFolder();
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, "building-"));
  try {
    const bundle = join(work, "checker.cjs");
    const blob = join(work, "checker.blob");
    const { build } = await import("esbuild");
    await build({
      entryPoints: [join(here, "snapshot-entry.js")],
      outfile: bundle,
      bundle: true,
      platform: "node",
      format: "cjs",
      minifyWhitespace: true,
      logLevel: "silent",
    });
    await run(["--snapshot-blob", blob, "--build-snapshot", bundle], {
      RINGLAB_INSTALLATION: JSON.stringify(installation()),
    });
    renameSync(blob, path);
    removeOlder(path);
    return path;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function run(args: string[], env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, NODE_OPTIONS: "", ...env },
    stdio: "ignore",
  });
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("exit", (code) => (code === 0 ? done() : fail(new Error(`node exited with code ${code}`))));
  });
}

/** Snapshots of this installation and this Node that were made from older files. */
function removeOlder(path: string): void {
  const prefix = path.slice(0, path.lastIndexOf("-") + 1);
  for (const name of readdirSync(cacheFolder())) {
    const other = join(cacheFolder(), name);
    if (other !== path && other.startsWith(prefix)) rmSync(other, { force: true });
  }
}
