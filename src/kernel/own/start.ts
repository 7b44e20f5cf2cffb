/** Starts our own kernel in this process. */
import { readConnection } from "../connection.ts";
import { onOrphaned } from "../orphan.ts";
import { Kernel } from "./kernel.ts";

/** Resolves when the kernel is listening. Throws when `connectionFile` is missing or malformed. */
export async function start(connectionFile: string): Promise<void> {
  process.removeAllListeners("warning");
  const kernel = new Kernel(readConnection(connectionFile), process.cwd());
  process.on("SIGINT", () => kernel.interrupt());
  process.on("SIGTERM", () => void kernel.close());
  onOrphaned(() => void kernel.close());
  await kernel.listen();
}
