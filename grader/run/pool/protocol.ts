/**
 * What the main process and its workers say to each other. A worker has one submission at a time.
 *
 *     main                    worker
 *       Setup       ─────▶      loads the lab
 *                   ◀─────    ready
 *       Task        ─────▶      takes it
 *                   ◀─────    testing, tested, testing, tested …
 *                   ◀─────    Reply
 *       stop        ─────▶      ends the sandbox and itself
 */
import type { Candidate } from "../../intake/submission.ts";
import type { Graded, TestResult } from "../../report/result.ts";
import type { SandboxName } from "../../sandbox/contract.ts";
import type { Files } from "../submission.ts";

export interface Setup {
  kind: "setup";
  lab: string;
  seed: number;
  release: boolean;
  sandbox: SandboxName;
  harness: string;
  /** groundKey. */
  ground: string;
}

export interface Task {
  kind: "task";
  candidate: Candidate;
  /** The key of the result that there is; when it comes out again nothing is run. */
  have: string | undefined;
  /** Of tests that were decided before a worker died. */
  known: readonly TestResult[];
  /** Workers broke over reading it: it is refused unread, with this reason. */
  refused: string | undefined;
}

export type Request = Setup | Task | { kind: "stop" };

/** What became of a task. `files` are the student's, as far as the similarity report reads them. */
export type Reply =
  | { kind: "graded"; graded: Graded; files: Files | undefined }
  /** There is a result with the same key. */
  | { kind: "same"; files: Files | undefined }
  /** The grader failed, not the submission. */
  | { kind: "infrastructure"; reason: string };

export type Message =
  | { kind: "ready" }
  | { kind: "testing"; id: string }
  | { kind: "tested"; result: TestResult }
  | { kind: "reply"; reply: Reply };
