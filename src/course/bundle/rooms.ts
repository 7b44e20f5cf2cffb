/**
 * What is given of the rooms, shaken and joined once for a lab, and then joined to each submission. What a component may
 * not import is not in it, so nothing is there to be found at run time.
 *
 * Measured on two busy cores: with the three helpers of lab 01 a bundle takes 3 ms, as it does with nothing given. With
 * the whole PC (assemble, boot, Machine) it took 270 ms and had 1.4 MB; left outside of the bundle, for the sandbox to
 * load from a folder, 1.4 ms. As long as labs give some helpers and no machine, one text without a folder is simpler; a
 * test says when a lab grows out of that.
 */
import { build, type Plugin } from "esbuild";
import { type Given, sourceOf } from "./given.ts";

/** Path ("ringlab/formal", "chunk-ABC.js") → module text. Relative imports are among them. */
export type Rooms = ReadonlyMap<string, string>;

/** The specifier "ringlab/formal" has the path "ringlab/formal.js". */
export const modulePath = (specifier: string) => `${specifier}.js`;

/** @throws Error when a room cannot be built: the lab's fault, or ours */
export async function buildRooms(given: Given): Promise<Rooms> {
  if (given.size === 0) return new Map();
  const { outputFiles } = await build({
    entryPoints: [...given.keys()].map((specifier) => ({ in: specifier, out: specifier })),
    bundle: true,
    write: false,
    outdir: "/",
    splitting: true,
    treeShaking: true,
    format: "esm",
    platform: "node",
    target: "es2023",
    legalComments: "none",
    logLevel: "silent",
    plugins: [facades(given)],
  });
  return new Map(
    outputFiles.map(({ path, text }) => [path.replace(/^([A-Za-z]:)?[\\/]/, "").replaceAll("\\", "/"), text]),
  );
}

/** A module for each specifier that exports the given names and nothing else. */
function facades(given: Given): Plugin {
  return {
    name: "given",
    setup(on) {
      on.onResolve({ filter: /^ringlab\// }, ({ path, kind }) =>
        kind === "entry-point" ? { path, namespace: "given" } : { path: sourceOf(path), sideEffects: false },
      );
      on.onLoad({ filter: /.*/, namespace: "given" }, ({ path }) => ({
        contents: `export { ${given.get(path)!.join(", ")} } from ${JSON.stringify(path)};`,
        loader: "js",
        resolveDir: "/",
      }));
      on.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, external: true, sideEffects: false }));
    },
  };
}
