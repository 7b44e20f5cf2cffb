/** What the kernel and the checker's process say to each other: calls of Session's methods, as plain data. */
import type { Session } from "../language/session.ts";

export interface Calls {
  check: Session["check"];
  commit: Session["commit"];
  reset: Session["reset"];
  locate: Session["locate"];
  complete: Session["complete"];
  inspect: Session["inspect"];
  completeness: (code: string) => import("../language/completeness.ts").Completeness;
}

export interface Call {
  id: number;
  method: keyof Calls;
  args: unknown[];
}

/** The first message of the checker has id 0: it is ready. */
export interface Answer {
  id: number;
  result?: unknown;
  error?: string;
}
