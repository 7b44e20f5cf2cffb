/**
 * What the grader wants of a sandbox: one Node process that sees a read-only folder and two pipes, and nothing else of this
 * machine. Whatever such a process says is hearsay; the verdict is made elsewhere (replay/).
 *
 *   trusted process                     sandbox
 *     send(bytes)  ──────── fd 3 ────────▶  one scenario after the other: plain data, nothing expected
 *     onData       ◀─────── fd 4 ─────────  records
 *                           fd 1, 2         dropped; the first kilobytes are kept to explain a crash
 */

/** All of them are enforced from outside of the process. */
export interface Limits {
  /** Processor time of the whole process, in seconds. The wall clock is the caller's: it calls `kill`. */
  cpuSeconds: number;
  /** JavaScript heap and buffers together, in MiB. */
  megabytes: number;
  /** What may arrive from fd 4 and, apart from it, from fd 1 and 2, in bytes. */
  recordBytes: number;
  outputBytes: number;
}

export interface Job {
  /** On this machine; the process sees it read-only. */
  folder: string;
  /**
   * The file of the folder that Node runs, an ES module. It writes to fd 4 before it loads anything of the submission: what
   * ends before that is `infrastructure`, and a submission cannot end before that.
   */
  entry: string;
  limits: Limits;
}

/** How a process ended, as it was seen from outside. `infrastructure` is never the student's fault. */
export type EndKind = "exit" | "timeout" | "memory" | "output" | "crash" | "killed" | "infrastructure";

export interface Ending {
  kind: EndKind;
  /** One sentence for people. */
  reason: string;
  /** First and last kilobytes of what Node wrote to fd 1 and 2; hostile text, never shown to students for hidden tests. */
  diagnostics: string;
}

export interface Running {
  /** Writes to fd 3. A process that no longer reads is no error here: its ending tells. */
  send(bytes: Uint8Array): void;
  onData(listener: (chunk: Buffer) => void): void;
  /** Ends the process and all it started. `why` becomes the ending's kind. */
  kill(why: "timeout" | "output" | "killed"): void;
  /** Never rejects. Settles when no process is left. */
  readonly ended: Promise<Ending>;
}

/** Whether it works here, found by a trial and not by a file's existence. */
export type Availability = { works: true } | { works: false; why: string; install: string };

export type SandboxName = "bubblewrap" | "docker" | "podman" | "user" | "unsafe";

export interface Sandbox {
  readonly name: SandboxName;
  probe(): Promise<Availability>;
  start(job: Job): Running;
}
