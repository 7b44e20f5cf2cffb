/** `ringlab grade`: what was asked for, one submission on the terminal or a class into a folder. */
import { appendFileSync, realpathSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join, resolve, sep } from "node:path";
import { candidates } from "../intake/candidates.ts";
import type { Candidate } from "../intake/submission.ts";
import { gradebook } from "../report/gradebook.ts";
import { CLASS_PAGE, MANUAL_CSV } from "../report/page/paths.ts";
import { chooseSandbox } from "../sandbox/choose.ts";
import type { SandboxName } from "../sandbox/contract.ts";
import { gradeClass } from "./class/class.ts";
import { type Course, labTexts, readCourse, readMarks } from "./course.ts";
import { Interrupted, interruptible } from "./interrupt.ts";
import { type Kit, loadKit } from "./kit.ts";
import { making } from "./out/files.ts";
import { isResults, Store } from "./out/store.ts";
import type { Outcome } from "./pool/perform.ts";
import type { Setup } from "./pool/protocol.ts";
import { GradingProblem } from "./problem.ts";
import { setupOf } from "./setup.ts";
import { progress } from "./show/progress.ts";
import { describeGraded } from "./show/single.ts";
import { oneLine, painter } from "./show/style.ts";
import { describeSummary, summarize } from "./show/summary.ts";
import { sweepTemporary, temporaryFolder, temporaryVariables } from "./temporary.ts";

export interface GradeOptions {
  /** Id of a lab. */
  lab: string;
  out?: string | undefined;
  seed?: number | undefined;
  jobs?: number | undefined;
  sandbox?: string | undefined;
  unsafe?: boolean | undefined;
  release?: boolean | undefined;
  course?: string | undefined;
  roster?: string | undefined;
  manual?: string | undefined;
  json?: boolean | undefined;
}

/** Of a run in which some were not graded. */
const INCOMPLETE = 2;

/**
 * @returns the exit code
 * @throws GradingProblem, InputError, PathError, SandboxError: what the user got wrong
 */
export async function gradeCommand(path: string, options: GradeOptions): Promise<number> {
  const found = await candidates(path, options.lab);
  const out = options.out ?? (found.kind === "class" ? `graded-${options.lab}` : undefined);
  const chosen = out === undefined ? found.candidates : outside(found.candidates, path, out);
  const course = readCourse(options.lab, options);
  sweepTemporary();
  const temporary = temporaryFolder();
  // The sandbox's trial must leave nothing behind either.
  const before = Object.keys(temporaryVariables("")).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, temporaryVariables(temporary.path));
  const { signal, release } = interruptible(() => temporary.remove());
  try {
    const run = { ...(await prepare(course, options)), temporary: temporary.path, signal };
    signal.throwIfAborted();
    return out === undefined
      ? await gradeOne(chosen, run, options)
      : await gradeInto(out, chosen, run, course, options);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    process.stderr.write(`${interrupted(out)}\n`);
    return error.exitCode;
  } finally {
    release();
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    temporary.remove();
  }
}

async function prepare(
  { settings }: Course,
  { lab, seed = 1, jobs = availableParallelism(), sandbox: asked, unsafe }: GradeOptions,
): Promise<Pick<Run, "kit" | "setup" | "jobs">> {
  const sandbox = await chooseSandbox(unsafe ? "unsafe" : (asked as SandboxName | undefined));
  if (unsafe) warnUnsafe();
  const kit = await loadKit(lab, seed);
  const ground = { lab, seed, release: settings.release === "released" };
  return { kit, jobs, setup: await setupOf(kit, ground, sandbox) };
}

interface Run {
  kit: Kit;
  setup: Setup;
  temporary: string;
  jobs: number;
  signal: AbortSignal;
}

/** Nothing is kept; the report goes to the terminal. */
async function gradeOne(chosen: readonly Candidate[], run: Run, { json }: GradeOptions): Promise<number> {
  const [outcome] = await gradeClass(chosen, {
    ...run,
    have: () => undefined,
    keep: async () => {},
    onDone: () => {},
  });
  if (outcome!.kind === "not graded") {
    process.stderr.write(
      `not graded, through no fault of the submission: ${oneLine(outcome!.reason, 2000)}\n`,
    );
    return INCOMPLETE;
  }
  const { candidate, graded } = outcome!;
  process.stdout.write(
    json
      ? `${JSON.stringify({ id: candidate.id, ...graded }, null, 1)}\n`
      : `${describeGraded(candidate.id, graded, run.kit.lab, painter(process.stdout))}\n`,
  );
  return 0;
}

async function gradeInto(
  out: string,
  chosen: readonly Candidate[],
  run: Run,
  course: Course,
  options: GradeOptions,
): Promise<number> {
  const { kit } = run;
  const texts = await labTexts(kit.lab.id);
  const store = await Store.open(resolve(out), kit.lab.id);
  try {
    const ids = chosen.map(({ id }) => id);
    const own = store.read(MANUAL_CSV) === undefined ? undefined : store.path(MANUAL_CSV);
    const manual = options.manual ?? own;
    const marks = manual === undefined ? undefined : readMarks(manual, texts.rubric, kit.lab.id, ids);
    const log = store.path("log", `${new Date().toISOString().replaceAll(":", "-")}.jsonl`);
    const shown = progress(chosen.length);
    const onDone = (outcome: Outcome) => {
      appendFileSync(log, logLine(outcome));
      shown.done(outcome);
    };
    const outcomes = await gradeClass(chosen, {
      ...run,
      have: (id) => store.result(id),
      keep: (id, graded) => store.keep(id, graded),
      onDone: (outcome) => void making(log, () => onDone(outcome)),
    }).finally(() => shown.stop());

    const done = outcomes.filter((outcome) => outcome.kind !== "not graded");
    const notGraded = outcomes
      .filter(({ kind }) => kind === "not graded")
      .map(({ candidate }) => candidate.id);
    const book = gradebook({
      ...{ lab: kit.lab, rubric: texts.rubric, questions: texts.questions, settings: course.settings, marks },
      // Whoever was not graded must not stand in a table with 0 points.
      roster: course.roster.filter(({ submission }) => !notGraded.includes(submission)),
      results: new Map(done.map(({ candidate, graded }) => [candidate.id, graded])),
    });
    const files = done.flatMap(({ candidate, files }) => (files ? [[candidate.id, files] as const] : []));
    // The pages' libraries take a second to load.
    const { writePages } = await import("./out/pages.ts");
    await writePages(store, book, new Map(files), texts, notGraded);
    tell(store, outcomes, kit, options);
    return notGraded.length > 0 ? INCOMPLETE : 0;
  } finally {
    store.close();
  }
}

function tell(store: Store, outcomes: readonly Outcome[], kit: Kit, { json }: GradeOptions): void {
  const max = kit.lab.parts.reduce((sum, { points }) => sum + points, 0);
  const summary = summarize(outcomes, max);
  const strangers = store.strangers(outcomes.map(({ candidate }) => candidate.id));
  if (json) {
    const submissions = outcomes.map((outcome) => {
      const { id } = outcome.candidate;
      if (outcome.kind === "not graded") return { id, notGraded: outcome.reason };
      const { score, max, refused } = outcome.graded;
      return { id, score, max, refused };
    });
    process.stdout.write(
      `${JSON.stringify({ lab: kit.lab.id, ...summary, out: store.folder, list: submissions }, null, 1)}\n`,
    );
    return;
  }
  const paint = painter(process.stdout);
  process.stdout.write(`\n${describeSummary(summary, paint)}\n\n`);
  process.stdout.write(`  class    ${store.path(CLASS_PAGE)}\n  students ${store.path("feedback")}\n`);
  process.stdout.write(`  tables   ${store.path("class.csv")}, canvas.csv, manual.csv\n`);
  if (strangers.length > 0)
    process.stdout.write(
      `\n${strangers.length} older ${strangers.length === 1 ? "result" : "results"} in ${store.path("results")} of submissions that are not there any more; they count nowhere.\n`,
    );
}

/** What takes long, for whoever wonders; no result depends on it. */
function logLine(outcome: Outcome): string {
  const { candidate, kind, ms } = outcome;
  const reason = outcome.kind === "not graded" ? { reason: outcome.reason } : {};
  return `${JSON.stringify({ id: candidate.id, kind, ms, ...reason })}\n`;
}

/**
 * The candidates without folders of results, which may lie among them.
 * @throws GradingProblem when it lies inside of one, or is the folder of the submissions itself
 */
function outside(all: readonly Candidate[], path: string, out: string): Candidate[] {
  const folder = realPath(resolve(out));
  if (folder === realPath(resolve(path)))
    throw new GradingProblem(`${out} holds the submissions; give another folder with --out`);
  const inside = all.find((candidate) => folder.startsWith(candidate.path + sep));
  if (inside)
    throw new GradingProblem(
      `${out} lies inside of the submission ${inside.id}; give another folder with --out`,
    );
  const rest = all.filter((candidate) => candidate.path !== folder && !isResults(candidate.path));
  if (rest.length === 0) throw new GradingProblem(`${path} holds no submissions`);
  return rest;
}

/** Also of what is not there yet. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), path.slice(parent.length));
  }
}

function warnUnsafe(): void {
  process.stderr.write(
    `${painter(process.stderr)("yellow", "Without a sandbox: submissions can do whatever you can, and can change their own grade.")}\n`,
  );
}

const interrupted = (out: string | undefined): string =>
  out === undefined
    ? "stopped"
    : `stopped; what is graded is kept in ${out}, and the same command goes on from there`;
