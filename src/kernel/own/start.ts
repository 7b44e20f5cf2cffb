/** Starts our own kernel in this process. */
import { readConnection } from "../connection.ts";

/** Resolves when the kernel is listening. Throws when `connectionFile` is missing or malformed. */
export async function start(connectionFile: string): Promise<void> {
  const connection = readConnection(connectionFile);
  throw new Error(`nothing listens yet on port ${connection.shell_port}`);
}
