/** What the kernel's thread and the runner's thread say to each other. */
import type { CellScript } from "../language/emit.ts";
import type { LocalModule } from "../language/local.ts";

export interface RunnerData {
  cwd: string;
  /** Int32Array over shared memory; the constants below say what each element means. */
  shared: Int32Array<SharedArrayBuffer>;
}

/** Not zero while an interrupt waits to be noticed. */
export const FLAG = 0;
/** UTF-16 units of output that the kernel has not sent yet. */
export const IN_FLIGHT = 1;
/** Counts answers to `prompt`. */
export const ANSWERS = 2;
export const SHARED_LENGTH = 3;

export interface RunRequest {
  type: "run";
  id: number;
  /** As stack traces call it: `Cell[3]`. */
  name: string;
  script: CellScript;
  /** Local files that are new or changed. */
  modules: LocalModule[];
  /** Specifier in the cell → path of a local file. */
  targets: Record<string, string>;
}

export type ToRunner =
  | RunRequest
  | { type: "interrupt" }
  | { type: "located"; id: number; target?: string; modules: LocalModule[]; error?: string }
  | { type: "answer"; value: string | null };

export interface CellError {
  ename: string;
  evalue: string;
  traceback: string[];
}

/** A MIME bundle whose binary values are base64 already. */
export type Bundle = Record<string, unknown>;

export type Outcome = { ok: true; data: Bundle | undefined } | { ok: false; error: CellError };

export type FromRunner =
  | { type: "stream"; name: "stdout" | "stderr"; text: string }
  | { type: "display"; data: Bundle; metadata: object; id?: string | undefined; update: boolean }
  /** `lost`: declared names that the cell did not get as far as to initialise. */
  | { type: "done"; id: number; outcome: Outcome; lost: string[] }
  | { type: "interrupted" }
  | { type: "locate"; id: number; specifier: string; from?: string | undefined }
  | { type: "ask"; message: string };
