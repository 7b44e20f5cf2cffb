/** The page is built once for an installation and kept beside it. */
import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdtemp, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ROOT } from "../../kernel/package.ts";
import { frontendPackages, pageSources } from "./packages.ts";

export interface BuildReport {
  started(): void;
  /** Modules read so far, of some five thousand. */
  progress(modules: number): void;
  finished(seconds: number): void;
}

/** Whatever can change the result: the page's sources, this build's code and the versions that are installed. */
function fingerprint(): string {
  const hash = createHash("sha256");
  const here = dirname(fileURLToPath(import.meta.url));
  const code = ["build", "plugins", "packages"].map((name) =>
    [".ts", ".js"].map((extension) => join(here, name + extension)).find(existsSync),
  );
  for (const file of [...pageSources(), ...code]) if (file) hash.update(readFileSync(file));
  const lockfile = join(ROOT, "package-lock.json");
  if (existsSync(lockfile)) {
    const { packages } = JSON.parse(readFileSync(lockfile, "utf8")) as { packages: Record<string, object> };
    delete packages[""]; // our own name, version and scripts change nothing
    hash.update(JSON.stringify(packages));
  } else hash.update(JSON.stringify(frontendPackages().map(({ name, version }) => [name, version])));
  return hash.digest("hex").slice(0, 16);
}

function writable(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Beside the installation; in the user's own cache when the installation belongs to somebody else. */
function cacheFolder(): string {
  const beside = join(ROOT, "node_modules/.cache/ringlab");
  if (writable(beside)) return beside;
  const own = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "ringlab");
  mkdirSync(own, { recursive: true });
  return own;
}

const OLD = 7 * 24 * 3600 * 1000;

/** Builds of former versions and what killed builds left, unless a server may still be using them. */
async function removeOld(cache: string, current: string): Promise<void> {
  const others = readdirSync(cache).filter((name) => name.startsWith("frontend-") && name !== current);
  for (const name of others) {
    const folder = join(cache, name);
    if (Date.now() - statSync(folder).mtimeMs > OLD) await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The folder of the built page; builds it first when there is none. Two starts at the same time build in folders of
 * their own, and the one that is ready first gives the name.
 */
export async function ensureFrontend(report?: BuildReport): Promise<string> {
  const cache = cacheFolder();
  const name = `frontend-${fingerprint()}`;
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  const start = performance.now();
  report?.started();
  const building = await mkdtemp(join(cache, `${name}.`));
  try {
    const { buildFrontend } = await import("./build.ts");
    await buildFrontend(building, (modules) => report?.progress(modules));
    await rename(building, folder).catch((error) => {
      if (!existsSync(folder)) throw error; // another start was faster
    });
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  await removeOld(cache, name);
  report?.finished((performance.now() - start) / 1000);
  return folder;
}
