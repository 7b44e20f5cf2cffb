/** The npm packages that the page is made of: those that the sources in page/ name. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { ROOT } from "../../kernel/package.ts";

/** The sources of the page are taken from there also when this file runs from dist. */
export const PAGE = join(ROOT, "src/server/frontend/page");

export interface FrontendPackage {
  name: string;
  version: string;
  folder: string;
  /** The module that imports its style sheets, relative to the folder. */
  style: string | undefined;
  /** Folder of JSON schemas of its settings, relative to the folder. */
  schemas: string | undefined;
  /** Style sheet of a theme, relative to the folder: themes are loaded by URL, never bundled. */
  theme: string | undefined;
}

interface Manifest {
  version: string;
  style?: string;
  styleModule?: string;
  jupyterlab?: { schemaDir?: string; themePath?: string };
}

const require = createRequire(join(ROOT, "package.json"));

function read(name: string): FrontendPackage {
  const file = require.resolve(`${name}/package.json`);
  const manifest = JSON.parse(readFileSync(file, "utf8")) as Manifest;
  return {
    name,
    version: manifest.version,
    folder: dirname(file),
    style: manifest.styleModule ?? manifest.style,
    schemas: manifest.jupyterlab?.schemaDir,
    theme: manifest.jupyterlab?.themePath,
  };
}

export function pageSources(): string[] {
  return readdirSync(PAGE)
    .sort()
    .map((name) => join(PAGE, name));
}

/** Throws an error that says how to install when the packages are missing. */
export function frontendPackages(): FrontendPackage[] {
  if (!existsSync(PAGE)) throw new Error(`the sources of the notebook page are missing: ${PAGE}`);
  const text = pageSources()
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
  const names = new Set(text.match(/@(jupyterlab|jupyter-notebook)\/[a-z0-9-]+/g));
  try {
    return [...names].sort().map(read);
  } catch (error) {
    throw new Error(
      `the notebook page needs npm packages that are not installed; run "npm ci" in ${ROOT} (${(error as Error).message.split("\n")[0]})`,
    );
  }
}
