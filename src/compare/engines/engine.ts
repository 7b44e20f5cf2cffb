/**
 * The contract of a target. One file of this folder is one target.
 *
 *     look ──► absent                     nothing was started
 *      │
 *     open ──► start ──► Session ─ … ─► close        many sessions, one after the other
 *                            │
 *                            └─ lines out, lines in, CPU seconds, ended, stop
 *
 * A job is a bash script. Its standard input and output reach us, whatever is between: a pipe, an engine's client, a
 * virtio-serial port.
 */
import type { Ground } from "../ground/ground.ts";
import type { Image, Resources, TargetKind } from "../record.ts";

export interface Engine {
  readonly name: string;
  readonly kind: TargetKind;
  /** Seconds in which a trial must have printed its marker. */
  readonly patience: number;
  /** What can be seen without starting anything. */
  look(): Promise<Look>;
  /** What its sessions share: a daemon, an image. What it did is in ground.undo.
   * @throws CannotCompare when that can't be made */
  open(ground: Ground): Promise<Opened>;
}

export type Look =
  | { state: "absent"; install: string }
  | { state: "unusable"; reason: string }
  | { state: "there"; versions: Record<string, string>; notes: string[]; beneath?: string };

export interface Opened {
  /** The exact command lines that made what its sessions share. */
  readonly prepared?: readonly string[];
  readonly image?: Image;
  /** On the host, where its files lie, if that isn't the ground's scratch folder. */
  readonly folder?: string;
  /** Starts a job. Its working folder /work is empty, on a disk, and its own. */
  start(job: Job): Promise<Session>;
}

export interface Job {
  /** Unique in the run; letters, digits and "-". */
  name: string;
  /** For bash. */
  script: string;
  resources: Resources;
}

export interface Session {
  /** The exact command line that started it, for the report. */
  readonly command: string;
  /** Of performance.now(), right before that command was given. */
  readonly began: number;
  /** The command has ended by itself, or was. */
  readonly ended: Promise<unknown>;
  /** Standard output, line by line. */
  readonly lines: AsyncIterable<string>;
  send(line: string): void;
  /**
   * CPU seconds that the host has spent on it so far, if its own kernel's count is not the host's: of a VM's vCPU
   * threads.
   */
  cpuSeconds?(): Promise<number>;
  /** What it wrote beside its standard output: standard error, a console. */
  noise(): Promise<string>;
  /** Ends it if it runs still, and removes what it had. May be called more than once. */
  stop(): Promise<void>;
}
