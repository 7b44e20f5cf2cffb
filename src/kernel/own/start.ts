/** Starts our own kernel in this process. */
import { readConnection } from "../connection.ts";
import { Kernel } from "./kernel.ts";

/** How often the kernel looks whether the process that started it still lives, ms. */
const ORPHAN_CHECK = 1000;

/**
 * With RINGLAB_WARM in the environment the kernel is a spare: it warms up before anybody asks.
 * Resolves when the kernel is listening. Throws when `connectionFile` is missing or malformed.
 */
export async function start(connectionFile: string): Promise<void> {
  process.removeAllListeners("warning");
  const spare = process.env.RINGLAB_WARM;
  delete process.env.RINGLAB_WARM; // cells see the environment
  const kernel = new Kernel(readConnection(connectionFile), process.cwd());
  process.on("SIGINT", () => kernel.interrupt());
  process.on("SIGTERM", () => void kernel.close());
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent || !lives(parent)) void kernel.close();
  }, ORPHAN_CHECK).unref();
  await kernel.listen();
  if (spare) kernel.warm();
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
