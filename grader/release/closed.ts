/**
 * A release must be whole and nothing more: what it imports is in it, and of a lab's folder only what students run is.
 * The second is a net below `isReleased`: a helper of hidden tests that was put into the lab's folder is found here.
 */
import { posix } from "node:path";
import ts from "typescript";
import { ReleaseError } from "./error.ts";
import { isSource, type Release } from "./files.ts";

/** Modules of a lab that commands, notebooks and the grader's checks at home ask for by name. */
const ENTRIES = ["contract", "starter", "checks", "scenarios", "unseen", "figures"];

function importsOf(path: string, text: string): string[] {
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) => targetOf(path, fileName))
    .filter((target) => target !== undefined);
}

/** The source behind an import; undefined for packages. */
function targetOf(path: string, name: string): string | undefined {
  const [, room] = /^ringlab\/(.+)$/.exec(name) ?? [];
  if (room !== undefined) return room.startsWith("labs/") ? `${room}.ts` : `src/${room}/index.ts`;
  return name.startsWith(".") ? posix.join(posix.dirname(path), name) : undefined;
}

/** @throws ReleaseError naming the file */
export function checkClosed(release: Release, labs: readonly string[]): void {
  const sources = new Map(
    [...release].filter(([path]) => isSource(path)).map(([path, { data }]) => [path, data.toString()]),
  );
  const imports = new Map([...sources].map(([path, text]) => [path, importsOf(path, text)]));
  for (const [path, targets] of imports)
    for (const target of targets)
      if (isSource(target) && !sources.has(target))
        throw new ReleaseError(`${path} imports ${target}, which students are not given`);
  for (const lab of labs) {
    const folder = `labs/${lab}/`;
    const markdown = release.get(`${folder}lab.md`)?.data.toString() ?? "";
    const named = [...markdown.matchAll(/"ringlab\/(labs\/[^"]+)"/g)].map(([, module]) => `${module}.ts`);
    const gone = named.find((target) => !sources.has(target));
    if (gone !== undefined)
      throw new ReleaseError(`${folder}lab.md imports ${gone}, which students are not given`);
    const reached = reach([...ENTRIES.map((name) => `${folder}${name}.ts`), ...named], imports);
    const idle = [...sources.keys()].find((path) => path.startsWith(folder) && !reached.has(path));
    if (idle !== undefined)
      throw new ReleaseError(
        `${idle} is used by nothing that students run, so it may be secret. Use it, move it to grader/, or name it in src/course/released.ts`,
      );
  }
}

function reach(from: readonly string[], imports: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set<string>();
  const open = [...from];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    open.push(...(imports.get(path) ?? []));
  }
  return reached;
}
