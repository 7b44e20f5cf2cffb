/** Things of the cache that take long to make: made under another name, and given their own only when they are whole. */
import { access, rename, rm } from "node:fs/promises";

/**
 * `path`, made by `make` when it isn't there. An interrupted `make` leaves nothing.
 *
 * @param make is given the path to make it at
 */
export async function made(path: string, make: (half: string) => Promise<unknown>): Promise<string> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) return path;
  const half = path.replace(/(\.\w+)?$/, `.${process.pid}.half$1`);
  try {
    await make(half);
    await rename(half, path);
  } finally {
    await rm(half, { recursive: true, force: true });
  }
  return path;
}
