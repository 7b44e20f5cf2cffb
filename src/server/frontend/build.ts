/**
 * Builds the page from npm packages into a folder:
 *
 *     static/main.js, main.css, and some 480 chunks that load on demand
 *     themes/<package>/index.css
 *     schemas.json      settings of every plugin: { "<package>:<plugin>": { schema, version } }
 */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BuildOptions, Loader } from "esbuild";
import { ROOT } from "../../kernel/package.ts";
import { type FrontendPackage, frontendPackages, PAGE } from "./packages.ts";
import { absent, css, mathjax, progress, styles, svg } from "./plugins.ts";

/** The settings of one plugin, as a package ships them. */
export interface PluginSchema {
  schema: Record<string, unknown>;
  version: string;
}

const FONTS: Record<string, Loader> = { ".woff": "file", ".woff2": "file", ".ttf": "file", ".eot": "file" };
const IMAGES: Record<string, Loader> = { ".png": "dataurl", ".jpg": "dataurl", ".gif": "dataurl" };

const common: BuildOptions = {
  absWorkingDir: ROOT,
  bundle: true,
  minify: true,
  logLevel: "silent", // what fails is thrown
  legalComments: "none",
};

async function bundlePage(packages: FrontendPackage[], out: string, onModule: (count: number) => void) {
  const { build } = await import("esbuild");
  await build({
    ...common,
    entryPoints: { main: join(PAGE, "index.js") },
    outdir: join(out, "static"),
    splitting: true,
    format: "esm",
    target: "es2022",
    loader: { ...FONTS, ...IMAGES, ".md": "text", ".html": "text" },
    define: {
      __dirname: '"/"',
      global: "globalThis",
      "process.cwd": "__cwd",
      "process.env": "{}",
      "process.env.NODE_ENV": '"production"',
      "process.platform": '"browser"',
    },
    banner: { js: 'var __cwd=()=>"/";' },
    alias: { path: "path-browserify" },
    plugins: [progress(onModule), absent, styles(packages, ROOT), css, svg, mathjax],
  });
}

async function bundleThemes(packages: FrontendPackage[], out: string) {
  const { build } = await import("esbuild");
  for (const { name, folder, theme } of packages)
    if (theme)
      await build({
        ...common,
        entryPoints: { index: join(folder, theme) },
        outdir: join(out, "themes", name),
        loader: { ...FONTS, ...IMAGES },
        plugins: [css, svg],
      });
}

async function collectSchemas(packages: FrontendPackage[], out: string) {
  const all: Record<string, PluginSchema> = {};
  for (const { name, folder, schemas, version } of packages) {
    if (!schemas) continue;
    for (const file of (await readdir(join(folder, schemas))).sort())
      if (file.endsWith(".json")) {
        const schema = JSON.parse(await readFile(join(folder, schemas, file), "utf8"));
        all[`${name}:${file.slice(0, -".json".length)}`] = { schema, version };
      }
  }
  await writeFile(join(out, "schemas.json"), JSON.stringify(all));
}

/** Fills the folder `out`. `onModule` hears how many modules were read so far. */
export async function buildFrontend(
  out: string,
  onModule: (count: number) => void = () => {},
): Promise<void> {
  const packages = frontendPackages();
  await mkdir(out, { recursive: true });
  try {
    await collectSchemas(packages, out);
    await bundleThemes(packages, out);
    await bundlePage(packages, out, onModule);
  } finally {
    await (await import("esbuild")).stop(); // ends the compiler's process
  }
}
