/** Parsed source files, each kept until its stamp changes. */
import ts from "typescript";
import type { Installation, Io } from "./io.ts";
import { TARGET } from "./options.ts";

interface Entry {
  file: ts.SourceFile;
  stamp: string;
  /** May the student edit it while the kernel runs? Only such files are looked at again before each cell. */
  local: boolean;
}

export class Files {
  readonly #io: Io;
  readonly #installation: Installation;
  readonly #entries = new Map<string, Entry>();
  readonly #virtual = new Map<string, ts.SourceFile>();

  constructor(io: Io, installation: Installation) {
    this.#io = io;
    this.#installation = installation;
  }

  /** A file that exists only here. */
  addVirtual(path: string, text: string): void {
    this.#virtual.set(path, ts.createSourceFile(path, text, TARGET));
  }

  get(path: string): ts.SourceFile | undefined {
    const virtual = this.#virtual.get(path);
    if (virtual) return virtual;
    const stamp = this.#io.stamp(path);
    const known = this.#entries.get(path);
    if (known && known.stamp === stamp) return known.file;
    const text = stamp === undefined ? undefined : this.#io.readFile(path);
    if (stamp === undefined || text === undefined) {
      this.#entries.delete(path);
      return undefined;
    }
    // Comments are read on demand (inspection.ts): keeping those of lib and @types/node doubles the tree.
    const jsDocParsingMode = ts.JSDocParsingMode.ParseNone;
    const file = ts.createSourceFile(path, text, { languageVersion: TARGET, jsDocParsingMode });
    Object.assign(file, { version: stamp });
    this.#entries.set(path, { file, stamp, local: this.isLocal(path) });
    return file;
  }

  isLocal(path: string): boolean {
    const { root, libFolder } = this.#installation;
    return (
      !path.includes("/node_modules/") && !path.startsWith(`${root}/dist/`) && !path.startsWith(libFolder)
    );
  }

  /** Has any local file changed or gone since it was parsed? */
  changed(): boolean {
    for (const [path, entry] of this.#entries)
      if (entry.local && this.#io.stamp(path) !== entry.stamp) return true;
    return false;
  }
}
