/** Writing so that at every moment the disk holds the whole old file or the whole new one. */
import { constants } from "node:fs";
import { access, open, realpath, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import writeFileAtomic from "write-file-atomic";

/**
 * Writes a temporary file beside `file`, syncs it, and renames it over `file`. Through a symbolic link the link stays and
 * its target is replaced; mode and owner stay as they were, `mode` is for a new file. Throws when an existing file may
 * not be written, and when the disk is full: then the old file is still there.
 */
export async function replaceFile(
  file: string,
  data: string | Uint8Array,
  options: { mode?: number } = {},
): Promise<void> {
  const real = await realpath(file).catch(() => file);
  await access(real, constants.W_OK).catch((error) => {
    if (error.code !== "ENOENT") throw error; // a rename would go through, but the user said read-only
  });
  // write-file-atomic itself calls write() once: on a disk that is nearly full that writes a part and is no error.
  const tmpfileCreated = (temporary: string) => writeFile(temporary, data);
  await writeFileAtomic(real, "", { ...options, tmpfileCreated });
  await syncFolder(dirname(real));
}

/** The new name itself survives a loss of power. Not every system lets a folder be opened. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
