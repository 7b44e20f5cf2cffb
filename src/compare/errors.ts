/** What the user, or the user's machine, must change before a comparison can run: what, where, and what to do. */
export class CannotCompare extends Error {
  constructor(message: string) {
    super(message);
    this.name = "CannotCompare";
  }
}

/** Ctrl+C, or whoever holds the signal, ended it. */
export class Cancelled extends Error {
  constructor() {
    super("cancelled");
    this.name = "Cancelled";
  }
}

export const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error));
