/** Files beside a module that the compiler does not copy: assembly sources. They stay in src, in a checkout as in the published package. */

/**
 * The file at `path`, relative to the module with the address `module` (its import.meta.url), in src/ also when the module runs
 * compiled from dist/src/.
 */
export function sourceFile(path: string, module: string): URL {
  return new URL(path, module.replace(/\/dist(\/src\/(?:(?!\/dist\/src\/).)*)$/, "$1"));
}
