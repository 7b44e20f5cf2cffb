/** A submission → one ES module that exports `component`. Nothing of it is executed, and nothing else of this machine read. */
import { type BuildFailure, build, type Message } from "esbuild";
import { bytes } from "../intake/caps.ts";
import { printable } from "../intake/names.ts";
import { placeOf, Refusal, type Submission } from "../intake/submission.ts";
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
 * Hostile text can keep esbuild's process busy or kill it: use `bundle` of bundle.ts, which survives that.
 * @throws Refusal with file, line, column and the line itself; another error when the lab or this machine is at fault
 */
export async function compile(submission: Submission, lab: string): Promise<string> {
  const { given, rooms } = await prepare(lab);
  const { entry } = submission;
  const result = await build({
    entryPoints: [entry],
    plugins: [resolver(submission, lab, given, rooms)],
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
    if ("errors" in error) throw refusal(submission, lab, given, error.errors);
    throw new BundlerLost(error.message);
  });
  const text = result.outputFiles[0]!.text;
  if (text.length > LONGEST)
    throw new Refusal(`The component is ${bytes(text.length)} of code; at most ${bytes(LONGEST)} are run.`);
  // What is passed on from a file that lacks it is taken for a type, and dropped without a word.
  const [output] = Object.values(result.metafile.outputs);
  if (!output?.exports.includes("component") || !/^export \{[^}]*\bcomponent\n/m.test(text))
    throw new Refusal(
      `${entry} does not export \`component\`. It must end as in the lab: export const component = { … };`,
    );
  return text;
}

function refusal(submission: Submission, lab: string, given: Given, errors: readonly Message[]): Refusal {
  return new Refusal(
    errors
      .slice(0, SHOWN_PROBLEMS)
      .map((message) => describe(submission, lab, given, message))
      .join("\n"),
  );
}

function describe(submission: Submission, lab: string, given: Given, { text, location }: Message): string {
  const missing =
    /^No matching export in "ringlab:(?<room>.+)\.js" for import "(?<name>.+)"$/.exec(text) ??
    /^Import "(?<name>.+)" will always be undefined .*"ringlab:(?<room>.+)\.js"$/.exec(text);
  const said = missing
    ? `"${missing.groups!.room}" does not give \`${printable(missing.groups!.name!.slice(0, 100))}\` to components. A component of lab ${lab} may import ${describeGiven(given)}.`
    : printable(text.replaceAll("submission:", "").slice(0, 600));
  if (!location) return said;
  const { file, line, column, lineText } = location;
  const place = placeOf(submission, file.replace(/^submission:/, ""), line);
  // esbuild counts bytes.
  const characters = Buffer.from(lineText).subarray(0, column).toString().length;
  return `${place}, column ${characters + 1}: ${said}\n    ${printable(lineText.trim().slice(0, 200))}`;
}
