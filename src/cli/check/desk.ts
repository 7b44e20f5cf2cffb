/** What the component's thread and the watchdog both see. */

export interface Desk {
  /** The method that runs, by its position (-1: none), and how often it has been called in this check. */
  doing: Int32Array<SharedArrayBuffer>;
  /** Processor time of the process when the check began, in seconds; 0 between checks. */
  began: Float64Array<SharedArrayBuffer>;
}

export const makeDesk = (): Desk => ({
  doing: new Int32Array(new SharedArrayBuffer(8)).fill(-1),
  began: new Float64Array(new SharedArrayBuffer(8)),
});

/** Of all threads of this process. */
export function secondsUsed(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
