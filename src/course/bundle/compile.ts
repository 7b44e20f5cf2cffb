/** A component → one ES module that exports it. Nothing of it is executed, and nothing else of this machine read. */
import { type BuildFailure, build, type Message } from "esbuild";
import { printable } from "../submission/characters.ts";
import { type ComponentSource, placeOf } from "../submission/place.ts";
import { SubmissionProblem } from "../submission/problem.ts";
import { describeGiven, type Given, givenBy } from "./given.ts";
import { resolver } from "./resolve.ts";
import { buildRooms, type Rooms } from "./rooms.ts";

/** Of the result, in characters. */
const LONGEST = 8 * 2 ** 20;
const SHOWN_PROBLEMS = 3;

/** esbuild's own process died, by itself or because it was stopped. */
export class BundlerLost extends Error {
  override name = "BundlerLost";
}

const prepared = new Map<string, Promise<{ given: Given; rooms: Rooms }>>();

/** Builds the rooms of a lab, once. @throws Error when the lab is at fault */
export function prepare(lab: string): Promise<{ given: Given; rooms: Rooms }> {
  let ready = prepared.get(lab);
  if (!ready) {
    ready = Promise.resolve(givenBy(lab)).then(async (given) => ({ given, rooms: await buildRooms(given) }));
    prepared.set(lab, ready);
    ready.catch(() => prepared.delete(lab));
  }
  return ready;
}

/**
 * Its source map is inline. Hostile text can keep esbuild's process busy or kill it: the grader survives that (grader/bundle).
 * @throws SubmissionProblem with file, line, column and the line itself; another error when the lab or this machine is at fault
 */
export async function compile(component: ComponentSource, lab: string): Promise<string> {
  const { given, rooms } = await prepare(lab);
  const { entry } = component;
  const result = await build({
    entryPoints: [entry],
    plugins: [resolver(component, lab, given, rooms)],
    bundle: true,
    write: false,
    outdir: "/",
    format: "esm",
    platform: "neutral",
    target: "es2023",
    tsconfigRaw: { compilerOptions: { target: "ES2023" } },
    charset: "utf8",
    legalComments: "none",
    sourcemap: "inline",
    sourcesContent: false,
    metafile: true,
    logLevel: "silent",
    logLimit: SHOWN_PROBLEMS,
    logOverride: { "import-is-undefined": "error" },
  }).catch((error: BuildFailure | Error) => {
    if ("errors" in error) throw problem(component, lab, given, error.errors);
    throw new BundlerLost(error.message);
  });
  const text = result.outputFiles[0]!.text;
  if (text.length > LONGEST)
    throw new SubmissionProblem(
      `The component is ${(text.length / 2 ** 20).toFixed(1)} MiB of code; at most 8 MiB are run.`,
    );
  // What is passed on from a file that lacks it is taken for a type, and dropped without a word.
  const [output] = Object.values(result.metafile.outputs);
  if (!output?.exports.includes("component") || !/^export \{[^}]*\bcomponent\n/m.test(text))
    throw new SubmissionProblem(
      `${entry} does not export \`component\`. It must end as in the lab: export const component = { … };`,
    );
  return text;
}

function problem(
  component: ComponentSource,
  lab: string,
  given: Given,
  errors: readonly Message[],
): SubmissionProblem {
  return new SubmissionProblem(
    errors
      .slice(0, SHOWN_PROBLEMS)
      .map((message) => describe(component, lab, given, message))
      .join("\n"),
  );
}

function describe(
  component: ComponentSource,
  lab: string,
  given: Given,
  { text, location }: Message,
): string {
  const missing =
    /^No matching export in "ringlab:(?<room>.+)\.js" for import "(?<name>.+)"$/.exec(text) ??
    /^Import "(?<name>.+)" will always be undefined .*"ringlab:(?<room>.+)\.js"$/.exec(text);
  const said = missing
    ? `"${missing.groups!.room}" does not give \`${printable(missing.groups!.name!.slice(0, 100))}\` to components. A component of lab ${lab} may import ${describeGiven(given)}.`
    : printable(text.replaceAll("submission:", "").slice(0, 600));
  if (!location) return said;
  const { file, line, column, lineText } = location;
  const place = placeOf(component, file.replace(/^submission:/, ""), line);
  // esbuild counts bytes.
  const characters = Buffer.from(lineText).subarray(0, column).toString().length;
  return `${place}, column ${characters + 1}: ${said}\n    ${printable(lineText.trim().slice(0, 200))}`;
}
