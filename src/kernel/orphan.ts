/** A kernel ends when the program that started it is gone: nobody could reach it any more. */

/** How often the kernel looks, ms. */
const PERIOD = 1000;

/**
 * The starter's process id comes in the environment, as from Jupyter client: a starter that ended before this process
 * came up could not be told from its heir by `process.ppid`.
 */
export const PARENT_VARIABLE = "JPY_PARENT_PID";

/** Calls `end` once when the starter is gone. Keeps no process alive by itself. */
export function onOrphaned(end: () => void): void {
  const named = Number(process.env[PARENT_VARIABLE]);
  const parent = named > 0 ? named : process.ppid;
  const timer = setInterval(() => {
    if (lives(parent) && (named > 0 || process.ppid === parent)) return;
    clearInterval(timer);
    end();
  }, PERIOD);
  timer.unref();
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
