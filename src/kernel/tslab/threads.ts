/**
 * What the two threads of the tslab kernel say to each other. The protocol thread talks to the front end and answers even
 * while a cell loops; the main thread compiles and runs cells. Messages keep their order in each direction.
 */
import type { Content } from "../wire.ts";

/** A request that the main thread answers by `done` with the content of the reply. */
export type Request =
  | { type: "execute"; id: number; code: string; count: number }
  | { type: "complete" | "inspect" | "is_complete"; id: number; code: string; cursor: number };

export type ToMain = Request | { type: "interrupt" } | { type: "shutdown" };

export type ToProtocol =
  | { type: "ready" }
  /** Text of console.log and the like; belongs to the last cell that was started. */
  | { type: "stream"; name: "stdout" | "stderr"; text: string }
  /** display_data, update_display_data, execute_result, error: the iopub message as it is. */
  | { type: "publish"; msg_type: string; content: Content }
  | { type: "done"; id: number; reply: Content }
  /** The process is about to end because code called process.exit or nothing keeps it alive. */
  | { type: "exit"; code: number };

/** Cells of the shared Int32Array. */
export const SHARED = {
  /** 1 while the running cell shall stop. */
  interrupt: 0,
  /** Characters of output that the protocol thread has not sent yet. */
  pending: 1,
  /** 1 when everything was sent before the process ends. */
  flushed: 2,
  /** 1 while the code of a cell holds the main thread. */
  busy: 3,
  length: 4,
} as const;

export interface ThreadData {
  connectionFile: string;
  shared: Int32Array;
}
