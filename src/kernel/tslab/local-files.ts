/**
 * Local files that cells import, seen as they are when a cell runs. tslab polls them every other second and misses files
 * that are imported by imported files; here the clock of the file system is asked before each request instead.
 */
import { statSync } from "node:fs";
import ts from "typescript";

interface Watched {
  path: string;
  stamp: string;
  callback: ts.FileWatcherCallback;
}

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs}/${stat.size}` : "absent";
}

const isSource = (path: string): boolean => /\.[cm]?[jt]sx?$/.test(path) && !/\.d\.[cm]?ts$/.test(path);

export class LocalFiles {
  readonly #watched = new Set<Watched>();

  /** In place of `ts.sys`: registers watchers and leaves the file system alone. */
  readonly system: ts.System = {
    ...ts.sys,
    watchFile: (path, callback) => {
      if (path.includes("/node_modules/")) return { close: () => {} };
      const watched = { path, stamp: stampOf(path), callback };
      this.#watched.add(watched);
      return { close: () => this.#watched.delete(watched) };
    },
    watchDirectory: () => ({ close: () => {} }),
  };

  /** Reports what changed since the last call. One changed module makes all be loaded anew: one may import another. */
  refresh(): void {
    const changed = new Set<Watched>();
    for (const watched of this.#watched) {
      const stamp = stampOf(watched.path);
      if (stamp !== watched.stamp) changed.add(watched);
      watched.stamp = stamp;
    }
    if ([...changed].some(({ path }) => isSource(path)))
      for (const watched of this.#watched) if (isSource(watched.path)) changed.add(watched);
    for (const { path, stamp, callback } of changed)
      callback(path, stamp === "absent" ? ts.FileWatcherEventKind.Deleted : ts.FileWatcherEventKind.Changed);
  }
}
