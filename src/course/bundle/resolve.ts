/** Says for every import of a submission what it means: a file of the submission, something given, or nothing. */
import { posix } from "node:path";
import type { OnLoadArgs, OnResolveArgs, OnResolveResult, Plugin } from "esbuild";
import { visible } from "../submission/characters.ts";
import type { ComponentSource } from "../submission/place.ts";
import { describeGiven, type Given } from "./given.ts";
import { modulePath, type Rooms } from "./rooms.ts";

/** Namespaces, as esbuild calls them: no path of this machine is ever asked for. */
const OWN = "submission";
const GIVEN = "ringlab";

export function resolver(component: ComponentSource, lab: string, given: Given, rooms: Rooms): Plugin {
  const { files, entry } = component;
  const may = `A component of lab ${lab} may import ${describeGiven(given)}.`;
  const no = (text: string): OnResolveResult => ({ errors: [{ text: `${text} ${may}` }] });

  const ofSubmission = ({ path, importer, kind }: OnResolveArgs): OnResolveResult => {
    if (kind === "entry-point") return { path: entry, namespace: OWN };
    if (given.has(path)) return { path: modulePath(path), namespace: GIVEN };
    if (!/^\.{1,2}(\/|$)/.test(path)) return no(`${visible(path)} cannot be imported.`);
    const target = posix.join(posix.dirname(importer), path);
    if (/^\.\.(\/|$)/.test(target)) return no(`${visible(path)} lies outside of the submission.`);
    const found = candidates(target).find((name) => files.has(name));
    return found === undefined
      ? no(`There is no file ${visible(path)} in the submission.`)
      : { path: found, namespace: OWN };
  };
  /** Rooms were built by us; what they still import is a part of them, or Node's. */
  const ofRoom = ({ path, importer }: OnResolveArgs): OnResolveResult =>
    path.startsWith(".")
      ? { path: posix.join(posix.dirname(importer), path), namespace: GIVEN }
      : { path, external: true, sideEffects: false };

  return {
    name: "submission",
    setup(on) {
      on.onResolve({ filter: /.*/ }, (args) =>
        args.namespace === GIVEN ? ofRoom(args) : ofSubmission(args),
      );
      on.onLoad({ filter: /.*/, namespace: GIVEN }, ({ path }) => ({
        contents: rooms.get(path)!,
        loader: "js",
      }));
      on.onLoad({ filter: /.*/, namespace: OWN }, (args) => load(args, files));
    },
  };
}

/** Files that an import may mean, as TypeScript finds them: with the ending, with that of what it compiles to, or without. */
export function candidates(path: string): string[] {
  return [path, path.replace(/\.(m?)js$/, ".$1ts"), `${path}.ts`, `${path}.js`, `${path}/index.ts`];
}

function load({ path, with: attributes }: OnLoadArgs, files: ComponentSource["files"]) {
  if (Object.keys(attributes).length > 0)
    return {
      errors: [{ text: `Import attributes are not for components: write import … from "./…" alone.` }],
    };
  // A source map that a student brought along would move the lines that we name.
  const contents = files.get(path)!.replaceAll("sourceMappingURL=", "sourceMappingURL_");
  return { contents, loader: /\.m?js$/.test(path) ? ("js" as const) : ("ts" as const) };
}
