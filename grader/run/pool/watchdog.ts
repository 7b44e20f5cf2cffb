/**
 * A thread beside a worker that is busy. It ends the process when the program that started it is gone, and when one step took
 * more processor time than any honest submission needs: a forged record may keep a replay busy for as long as it likes.
 *
 *     beat[0]  counts the steps
 *     beat[1]  what the step may take, in ms; 0 while there is none
 */
import { workerData } from "node:worker_threads";

/** How a worker dies that was too busy; the one who started it tells by the signal. */
export const TOO_BUSY = "SIGXCPU";
/** How often it looks, ms. */
const PERIOD = 250;

const { beat, parent } = (workerData ?? {}) as { beat?: Int32Array; parent?: number };
if (beat) watch(beat, parent!);

function watch(beat: Int32Array, parent: number): void {
  let step = -1;
  let since = process.cpuUsage();
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, "SIGKILL");
    const most = Atomics.load(beat, 1);
    const now = Atomics.load(beat, 0);
    if (now !== step || most === 0) {
      step = now;
      since = process.cpuUsage();
      return;
    }
    const { user, system } = process.cpuUsage(since);
    if (user + system > most * 1000) process.kill(process.pid, TOO_BUSY);
  }, PERIOD);
}
