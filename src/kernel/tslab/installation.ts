/** Where this Ringlab lies: notebooks anywhere get `ringlab`, tslab and the types of Node from here. */
import { createRequire } from "node:module";

/** Resolves and loads packages as this installation sees them. */
export const requireHere = createRequire(import.meta.url);

/** Packages that every notebook may import, wherever it lies. */
export const isOurs = (specifier: string): boolean => /^(ringlab|tslab)(\/|$)/.test(specifier);

/** The version that the wrapper was written for: it reaches into files that tslab does not promise. */
const TSLAB_VERSION = "1.0.22";

/** Loads a file of tslab's dist folder. */
export const loadTslab = <T>(file: string): T => requireHere(`tslab/dist/${file}.js`) as T;

/** Throws when another tslab is installed than the one the wrapper fits. */
export function checkTslabVersion(): void {
  const { version } = requireHere("tslab/package.json") as { version: string };
  if (version !== TSLAB_VERSION)
    throw new Error(
      `the tslab engine is made for tslab ${TSLAB_VERSION}, but ${version} is installed: run npm install tslab@${TSLAB_VERSION} --save-exact, or use Ringlab's own kernel`,
    );
}
