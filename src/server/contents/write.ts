/** Writing so that at every moment the disk holds the whole old file or the whole new one. */
import { constants } from "node:fs";
import { access, open, realpath } from "node:fs/promises";
import { dirname } from "node:path";
import writeFileAtomic from "write-file-atomic";

/**
 * Writes a temporary file beside `file`, syncs it, and renames it over `file`. Through a symbolic link the link stays and
 * its target is replaced; mode and owner stay as they were. Throws when an existing file may not be written.
 */
export async function replaceFile(file: string, data: string | Buffer): Promise<void> {
  const real = await realpath(file).catch(() => file);
  await access(real, constants.W_OK).catch((error) => {
    if (error.code !== "ENOENT") throw error; // a rename would go through, but the user said read-only
  });
  await writeFileAtomic(real, data, { fsync: true });
  await syncFolder(dirname(real));
}

/** The new name itself survives a loss of power. Not every system lets a folder be opened. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
