/**
 * One submission, from its bundled module to what became of each test.
 *
 *     module ─▶ sandbox ─▶ record ─▶ replay on our machine ─▶ judgement ─▶ result
 *                 ▲ one scenario at a time
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lines } from "../../src/course/format.ts";
import { type Judgement, judge } from "../replay/judge.ts";
import type { Status, TestResult } from "../report/result.ts";
import type { Sandbox } from "../sandbox/contract.ts";
import { HARNESS, MODULE } from "./harness-bundle.ts";
import type { Kit, KitTest } from "./kit.ts";
import { Session } from "./session.ts";

/** A student's component as one module. */
export interface Module {
  code: string;
  /** Where in the student's files a frame of a stack lies: "component.ts, line 12". */
  place(stack: string): string | undefined;
}

export interface Grader {
  kit: Kit;
  /** Text of the lab's harness (harness-bundle.ts). */
  harness: string;
  sandbox: Sandbox;
  /** Whether inputs and expectations of hidden tests are shown. */
  release: boolean;
  /** Before each test; for a progress bar, and for whoever watches that a replay comes to an end. */
  onTest?: (test: KitTest) => void;
  onResult?: (result: TestResult) => void;
  /** Results by id that are there already: their tests are not run. */
  known?: ReadonlyMap<string, TestResult>;
  /** Ends the sandbox and the grading, which then fails. */
  signal?: AbortSignal;
}

/** The sandbox failed, again and again: nothing is known about the submission. */
export class InfrastructureError extends Error {
  override name = "InfrastructureError";
}

/** Tries before the sandbox is given up. */
const TRIES = 3;
/**
 * How many tests may run out of time or memory before the rest is given up: of the public checks, which carry no points, and of
 * the hidden tests of one part, so that a bad part leaves the others alone.
 */
const PATIENCE = 2;

/** @throws InfrastructureError */
export async function gradeModule({ code, place }: Module, grader: Grader): Promise<TestResult[]> {
  const { kit, sandbox, harness } = grader;
  const folder = await mkdtemp(join(tmpdir(), "ringlab-grade-"));
  const session = new Session(sandbox, folder, kit.lab.limits);
  const abort = () => void session.close();
  grader.signal?.addEventListener("abort", abort);
  try {
    await writeFile(join(folder, HARNESS), harness);
    await writeFile(join(folder, MODULE), code);
    const results: TestResult[] = [];
    const ran: TestResult[] = [];
    for (const test of kit.tests) {
      const skipped = givenUp(test, ran);
      if (!skipped) ran.push(grader.known?.get(test.id) ?? (await run(session, test, grader, place)));
      results.push(skipped ?? ran.at(-1)!);
    }
    return results;
  } finally {
    grader.signal?.removeEventListener("abort", abort);
    await session.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const EXHAUSTING: readonly Status[] = ["timeout", "memory"];

async function run(
  session: Session,
  test: KitTest,
  grader: Grader,
  place: Module["place"],
): Promise<TestResult> {
  grader.onTest?.(test);
  const decided = result(test, await attempt(session, test, grader, place), grader.release);
  grader.onResult?.(decided);
  return decided;
}

async function attempt(
  session: Session,
  { check, scenario }: KitTest,
  { kit: { lab }, signal }: Grader,
  place: Module["place"],
): Promise<Judgement> {
  let last: Judgement | undefined;
  for (let tries = 0; tries < TRIES; tries++) {
    if (signal?.aborted) throw new InfrastructureError("it was stopped");
    last = judge(lab, check, await session.play(scenario, check.input), place);
    if (last.status !== "infrastructure") return last;
  }
  throw new InfrastructureError(last?.reason);
}

/** Of a test whose record kept a worker busy for too long, or broke it. */
export const undecidable = (test: KitTest, why: string): TestResult =>
  result(
    test,
    { status: "divergence", share: 0, reason: why, discreet: why, calls: 0, observation: undefined },
    false,
  );

/** The result of a test that is not worth running after those that ran before it; undefined when it is. */
function givenUp(test: KitTest, ran: readonly TestResult[]): TestResult | undefined {
  const { visibility, check } = test;
  const exhausted = ran.filter(({ status }) => EXHAUSTING.includes(status));
  const unloaded = exhausted.filter(({ calls }) => calls === 0).at(PATIENCE - 1);
  const alike = exhausted.filter(
    (one) => one.visibility === visibility && (visibility === "public" || one.part === check.part),
  );
  if (!unloaded && alike.length < PATIENCE) return undefined;
  const { status } = unloaded ?? alike.at(-1)!;
  const what = status === "memory" ? "memory" : "time";
  const reason = unloaded
    ? `Not run: the file ran out of ${what} before anything of it was called.`
    : `Not run: ${alike.length} ${visibility === "public" ? "checks" : "tests of this part"} had already run out of time or memory.`;
  const judgement: Judgement = {
    status,
    share: 0,
    reason,
    discreet: reason,
    calls: 0,
    observation: undefined,
  };
  return result(test, judgement, false);
}

function result(test: KitTest, judgement: Judgement, release: boolean): TestResult {
  const { id, visibility, points, check } = test;
  const { status, share, calls, observation } = judgement;
  const open = visibility === "public" || release;
  return {
    ...{ id, part: check.part, name: check.name, clause: check.clause, visibility, status, calls },
    points: share * points,
    max: points,
    reason: open ? judgement.reason : judgement.discreet,
    detail:
      open && observation && status !== "passed"
        ? {
            input: observation.input,
            expected: lines(observation.expected),
            actual: lines(observation.actual),
          }
        : undefined,
  };
}
