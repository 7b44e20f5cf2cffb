/** What esbuild must be told so that packages written for webpack come out right. */
import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";
import type { FrontendPackage } from "./packages.ts";

/** `import "ringlab:styles"` is the style of every package, themes apart. */
export const styles = (packages: readonly FrontendPackage[], resolveDir: string): Plugin => ({
  name: "styles",
  setup(build) {
    const contents = packages
      .filter((one) => one.style && !one.theme)
      .map((one) => `import ${JSON.stringify(`${one.name}/${one.style}`)};`)
      .join("\n");
    build.onResolve({ filter: /^ringlab:styles$/ }, ({ path }) => ({ path, namespace: "styles" }));
    build.onLoad({ filter: /.*/, namespace: "styles" }, () => ({ contents, resolveDir, loader: "js" }));
  },
});

/** An SVG is its text when JavaScript imports it (icons), and a data URL (a font: a file) when a style sheet does. */
export const svg: Plugin = {
  name: "svg",
  setup(build) {
    build.onResolve({ filter: /\.svg([?#].*)?$/ }, async ({ path, resolveDir, kind, pluginData }) => {
      if (pluginData?.inner) return undefined;
      const bare = path.replace(/[?#].*$/, ""); // style sheets write "icons.svg#fontawesome"
      const found = await build.resolve(bare, { resolveDir, kind, pluginData: { inner: true } });
      if (found.errors.length) return found;
      if (kind !== "url-token") return { path: found.path, namespace: "svg-text" };
      return { path: found.path, namespace: /webfonts/.test(found.path) ? "svg-font" : "svg-url" };
    });
    const load = (namespace: string, loader: "text" | "dataurl" | "file") =>
      build.onLoad({ filter: /.*/, namespace }, async ({ path }) => ({
        contents: await readFile(path),
        loader,
      }));
    load("svg-text", "text");
    load("svg-url", "dataurl");
    load("svg-font", "file");
  },
};

/** `raw.css` is imported as a string; `~package/x.css` is webpack's way to name a package in a style sheet. */
export const css: Plugin = {
  name: "css",
  setup(build) {
    build.onLoad({ filter: /\.raw\.css$/ }, async ({ path }) => ({
      contents: await readFile(path),
      loader: "text",
    }));
    build.onResolve({ filter: /^~/ }, ({ path, resolveDir, kind }) =>
      build.resolve(path.slice(1), { resolveDir, kind }),
    );
  },
};

/** esbuild's `import()` of CommonJS yields `{ default }` alone; the MathJax extension wants the names. */
export const mathjax: Plugin = {
  name: "mathjax",
  setup(build) {
    build.onLoad({ filter: /mathjax-extension[\\/]lib[\\/]index\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replace(
        /import\('(mathjax-full[^']+)'\)/g,
        "import('$1').then(module => module.default ?? module)",
      ),
      loader: "js",
    }));
  },
};

/** Modules of Node that a browser does without, and mermaid (two megabytes), which no notebook of ours uses. */
export const absent: Plugin = {
  name: "absent",
  setup(build) {
    build.onResolve({ filter: /^(util|url|fs|crypto|mermaid|@mermaid-js\/layout-elk)$/ }, ({ path }) => ({
      path,
      namespace: "absent",
    }));
    build.onLoad({ filter: /.*/, namespace: "absent" }, () => ({
      contents: "export default {};",
      loader: "js",
    }));
  },
};

/** Counts the modules as they are read: the only measure of progress that a bundler has. */
export const progress = (onModule: (count: number) => void): Plugin => ({
  name: "progress",
  setup(build) {
    let count = 0;
    build.onLoad({ filter: /.*/ }, () => {
      onModule(++count);
      return undefined;
    });
  },
});
