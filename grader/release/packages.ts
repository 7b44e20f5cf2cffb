/** package.json and package-lock.json of a release: the packages that its files name, in the versions of the checkout. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../src/kernel/package.ts";
import { ReleaseError } from "./error.ts";
import type { Release } from "./files.ts";

export interface PackageJson {
  name: string;
  version: string;
  description: string;
  license: string;
  engines: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  overrides: Record<string, string>;
  [field: string]: unknown;
}

interface Locked {
  version?: string;
  resolved?: string;
  link?: boolean;
  dev?: boolean;
  optional?: boolean;
  devOptional?: boolean;
  peer?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
  [field: string]: unknown;
}

interface Lockfile {
  name: string;
  version: string;
  packages: Record<string, Locked>;
  [field: string]: unknown;
}

const read = (name: string) => JSON.parse(readFileSync(join(ROOT, name), "utf8"));
export const ownPackage = (): PackageJson => read("package.json");

const escaped = (name: string) => name.replace(/[.*+?^$()[\]{}|\\/]/g, "\\$&");

/** In quotes, alone or with a path behind it: an import, or the argument of a resolve. */
const quoted = (name: string) => new RegExp(`["'\`]${escaped(name)}["'\`/]`);
const anywhere = (name: string) => new RegExp(`${escaped(name)}(?![\\w-])`);

/** The notebook page: what it is made of is no dependency of the built command, but whoever builds the page needs it. */
const PAGE = "src/server/frontend/";

/** Of all packages of the checkout those that the sources of the release name, and those that stand in for others. */
export function packagesNamed(release: Release, own: PackageJson): Record<string, string> {
  const sources = [...release].filter(([path]) => /^(src|labs|bin)\/.*\.(ts|js|css)$/.test(path));
  const text = (some: typeof sources) => some.map(([, { data }]) => data.toString()).join("\n");
  const all = text(sources);
  const page = text(sources.filter(([path]) => path.startsWith(PAGE)));
  const wanted = [
    ...Object.entries(own.dependencies).filter(([name]) => quoted(name).test(all)),
    ...Object.entries(own.devDependencies).filter(
      ([name]) => anywhere(name).test(page) || name in own.overrides,
    ),
  ];
  return Object.fromEntries(wanted.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The checkout's lockfile without what `manifest` does not need: `npm ci` takes it. */
export function lockfileFor(
  manifest: Record<string, unknown> & { dependencies: Record<string, string> },
): string {
  const lock = read("package-lock.json") as Lockfile;
  const { required, all } = needed(Object.keys(manifest.dependencies), lock.packages);
  const { name, version, license, dependencies, engines, bin } = manifest;
  const packages: Record<string, Locked> = {
    "": { name, version, license, dependencies, bin, engines } as Locked,
  };
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (!all.has(path)) continue;
    const { dev, devOptional, optional, ...kept } = entry;
    packages[path] = required.has(path) ? kept : { ...kept, optional: true };
  }
  const { packages: _, ...head } = lock;
  return `${JSON.stringify({ ...head, name, version, packages }, undefined, 2)}\n`;
}

/** Paths in the lockfile that are needed, and those of them without which nothing works. */
function needed(
  names: readonly string[],
  packages: Lockfile["packages"],
): { required: Set<string>; all: Set<string> } {
  const required = new Set<string>();
  const all = new Set<string>();
  const visit = (path: string, must: boolean): void => {
    if ((must ? required : all).has(path)) return;
    if (must) required.add(path);
    all.add(path);
    const entry = packages[path]!;
    if (entry.link) visit(entry.resolved!, must);
    const {
      dependencies = {},
      optionalDependencies = {},
      peerDependencies = {},
      peerDependenciesMeta = {},
    } = entry;
    for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
      if (name in optionalDependencies || peerDependenciesMeta[name]?.optional) continue;
      const found = locate(name, path, packages);
      if (found === undefined)
        throw new ReleaseError(`package-lock.json has no ${name}, which ${path} needs; run: npm install`);
      visit(found, must);
    }
    for (const name of Object.keys(optionalDependencies)) {
      const found = locate(name, path, packages);
      if (found !== undefined) visit(found, false);
    }
  };
  for (const name of names) {
    const found = locate(name, "", packages);
    if (found === undefined) throw new ReleaseError(`package-lock.json has no ${name}; run: npm install`);
    visit(found, true);
  }
  return { required, all };
}

/** As Node looks for it: beside, then further up. */
function locate(name: string, from: string, packages: Lockfile["packages"]): string | undefined {
  for (let folder = from; ; ) {
    const path = `${folder === "" ? "" : `${folder}/`}node_modules/${name}`;
    if (path in packages) return path;
    if (folder === "") return undefined;
    const up = folder.lastIndexOf("/node_modules/");
    folder = up === -1 ? "" : folder.slice(0, up);
  }
}
