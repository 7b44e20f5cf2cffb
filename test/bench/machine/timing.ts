/** What both sides of the interpreter's benchmark share. */

/** Bytes of each machine's memory. */
export const MEMORY = 64 * 1024 * 1024;

/** Runs the loop once more; milliseconds of processor time, as the guest started and stopped the watch. */
export type Runner = () => Promise<number>;

/** The process's time in milliseconds: other processes' work is not in it. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
