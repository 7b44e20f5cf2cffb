/** Starts our own kernel in this process. */
import { readConnection, removeConnection } from "../connection.ts";
import { onOrphaned } from "../orphan.ts";
import { Kernel } from "./kernel.ts";

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
  onOrphaned(() => {
    removeConnection(connectionFile);
    void kernel.close();
  });
  await kernel.listen();
  if (spare) kernel.warm();
}
