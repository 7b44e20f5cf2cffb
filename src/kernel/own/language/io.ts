/**
 * What the checker wants from the world. Nothing in this folder knows Node, so that it can run in a browser, where `Io`
 * is a table of files. Paths are absolute and use `/`.
 */
export interface Io {
  /** Where the cells' relative imports and package look-ups start. */
  cwd: string;
  caseSensitive: boolean;
  readFile(path: string): string | undefined;
  /** Changes whenever the content may have changed; undefined when there is no such file. */
  stamp(path: string): string | undefined;
  directoryExists(path: string): boolean;
  realpath(path: string): string;
}

/** Where our own installation keeps what every notebook may use, wherever the notebook lies. */
export interface Installation {
  /** The folder of TypeScript's lib.*.d.ts. */
  libFolder: string;
  /** The `@types` folder that holds `node`. */
  typeRoots: string[];
  /** Our package's root: `ringlab/*` is looked up from here. */
  root: string;
  /** The declarations of the tslab API. */
  tslab: string;
}
