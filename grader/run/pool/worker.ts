/** The process that grades: it reads a submission, bundles it, has it played in a sandbox and judges the records. */
import { chooseSandbox } from "../../sandbox/choose.ts";
import { type Grader, InfrastructureError } from "../grade.ts";
import { loadKit } from "../kit.ts";
import { gradeSubmission } from "../submission.ts";
import type { Message, Reply, Request, Setup, Task } from "./protocol.ts";
import { watched } from "./watched.ts";

const watchdog = watched(process.ppid);
const stopping = new AbortController();
let grader: Promise<Grader> | undefined;
let ground = "";
let current: Promise<void> | undefined;

const tell = (message: Message) => void process.send?.(message);

/** Processor time for reading and bundling, in seconds; both have limits of their own. */
const READING = 60;

/** Processor time for one test: the replay does what the sandbox did, with more books to keep. */
const testing = (seconds: number) => 3 * seconds + 15;

async function prepare({ lab, seed, release, sandbox, harness }: Setup): Promise<Grader> {
  const kit = await loadKit(lab, seed);
  tell({ kind: "ready" });
  return {
    ...{ kit, harness, release, sandbox: await chooseSandbox(sandbox), signal: stopping.signal },
    onTest: ({ id }) => {
      watchdog.step(testing(kit.lab.limits.seconds));
      tell({ kind: "testing", id });
    },
    onResult: (result) => tell({ kind: "tested", result }),
  };
}

async function work({ candidate, have, known, refused }: Task): Promise<Reply> {
  try {
    const ready = await grader!;
    watchdog.step(READING);
    const found = await gradeSubmission(candidate, {
      ...{ ground, have, refused },
      grader: { ...ready, known: new Map(known.map((result) => [result.id, result])) },
    });
    const { graded, files } = found;
    return graded ? { kind: "graded", graded, files } : { kind: "same", files };
  } catch (error) {
    const reason =
      error instanceof InfrastructureError ? error.message : `${(error as Error)?.stack ?? error}`;
    return { kind: "infrastructure", reason };
  } finally {
    watchdog.rest();
  }
}

async function stop(): Promise<never> {
  stopping.abort();
  await current;
  process.exit(0);
}

process.on("message", (request: Request) => {
  if (request.kind === "setup") {
    ground = request.ground;
    grader = prepare(request);
    grader.catch(() => {});
  } else if (request.kind === "task") current = work(request).then((reply) => tell({ kind: "reply", reply }));
  else void stop();
});
process.on("disconnect", () => process.exit(1));
// Ctrl+C goes to all processes of the terminal; the one who started this decides what becomes of it.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => void stop());
