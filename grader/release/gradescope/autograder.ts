/**
 * What run_autograder does for one submission, in Gradescope's folders:
 *
 *     /autograder/submission/                  what was handed in
 *     /autograder/submission_metadata.json     when, and when it was due
 *     /autograder/source/                      this bundle
 *     /autograder/results/results.json         written whole, and always
 */
import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gradeClass } from "../../run/class/class.ts";
import { loadKit } from "../../run/kit.ts";
import { setupOf } from "../../run/setup.ts";
import { temporaryFolder } from "../../run/temporary.ts";
import { chooseSandbox, SandboxError } from "../../sandbox/choose.ts";
import type { Sandbox, SandboxName } from "../../sandbox/contract.ts";
import { costOfLateness, readMetadata } from "./metadata.ts";
import { type Failure, failure, results } from "./results.ts";
import { readSettings, SETTINGS_FILE } from "./settings.ts";

/** Gradescope's containers may forbid namespaces; there the grader is root and has users to spare. */
const SANDBOXES: readonly SandboxName[] = ["bubblewrap", "user"];

/** True when the submission was graded. Never throws: there is always a results.json. */
export async function autograde(root: string, sandboxes = SANDBOXES): Promise<boolean> {
  try {
    const written = await grade(root, sandboxes);
    write(root, written);
    return "score" in written;
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`${reason}\n`);
    write(root, failure(reason));
    return false;
  }
}

async function grade(
  root: string,
  sandboxes: readonly SandboxName[],
): Promise<Failure | ReturnType<typeof results>> {
  const began = performance.now();
  closeToOthers(root);
  const settings = readSettings(join(root, "source", SETTINGS_FILE));
  const { lab, seed } = settings;
  const sandbox = await firstThatWorks(sandboxes);
  const kit = await loadKit(lab, seed);
  const setup = await setupOf(kit, { lab, seed, release: settings.release === "released" }, sandbox);
  const temporary = temporaryFolder();
  try {
    const [outcome] = await gradeClass([{ id: "submission", path: join(root, "submission") }], {
      ...{ kit, setup, temporary: temporary.path, jobs: 1, signal: new AbortController().signal },
      have: () => undefined,
      keep: async () => {},
      onDone: () => {},
    });
    if (!outcome || outcome.kind === "not graded") return failure(outcome?.reason ?? "nothing was graded");
    const { graded } = outcome;
    const handed = settings.late && readMetadata(join(root, "submission_metadata.json"));
    const cost = costOfLateness(settings.late, handed, graded.score, graded.max);
    return results(graded, kit, settings, cost, (performance.now() - began) / 1000);
  } finally {
    temporary.remove();
  }
}

/** Hidden tests and results are no business of the user that runs submissions. */
function closeToOthers(root: string): void {
  mkdirSync(join(root, "results"), { recursive: true });
  for (const folder of ["source", "submission", "results"]) chmodSync(join(root, folder), 0o700);
}

async function firstThatWorks(names: readonly SandboxName[]): Promise<Sandbox> {
  const problems: string[] = [];
  for (const name of names) {
    try {
      return await chooseSandbox(name);
    } catch (error) {
      if (!(error instanceof SandboxError)) throw error;
      problems.push(error.message);
    }
  }
  throw new Error(`no sandbox works here\n${problems.join("\n")}`);
}

/** Whoever reads it meanwhile finds the whole file or none. */
function write(root: string, content: object): void {
  const folder = join(root, "results");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "results.json");
  writeFileSync(`${file}.new`, `${JSON.stringify(content, undefined, 1)}\n`);
  renameSync(`${file}.new`, file);
}
