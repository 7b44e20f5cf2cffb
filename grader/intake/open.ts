/** Opens what strangers left on a disk: regular files inside the submission's own folder, and nothing that these point to. */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
  type Stats,
} from "node:fs";
import { join, sep } from "node:path";
import { visible } from "../../src/course/submission/characters.ts";
import { tooLarge } from "./caps.ts";
import { Refusal } from "./submission.ts";

/** O_NONBLOCK: to open a fifo must not wait for its writer. Windows has neither flag. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** stat(2). Node's constants lack some of them on Windows. */
const FILE_TYPE = 0o170000;
const REGULAR = 0o100000;
const FOLDER = 0o040000;
const MODES = new Map([
  [0o120000, "a symbolic link"],
  [0o010000, "a named pipe"],
  [0o140000, "a socket"],
]);

/** What it is, in a word, when it is no regular file. */
export function oddity(
  stats: Pick<
    Stats,
    "isSymbolicLink" | "isDirectory" | "isFIFO" | "isSocket" | "isBlockDevice" | "isCharacterDevice"
  >,
): string {
  if (stats.isSymbolicLink()) return "a symbolic link";
  if (stats.isDirectory()) return "a folder";
  if (stats.isFIFO()) return "a named pipe";
  if (stats.isSocket()) return "a socket";
  return "a device";
}

/** The same for a mode of Unix as archives keep it; 0 when they keep none. */
export function modeOddity(mode: number): string | undefined {
  const type = mode & FILE_TYPE;
  if (type === 0 || type === REGULAR || type === FOLDER) return undefined;
  return MODES.get(type) ?? "a device";
}

export function refuseOddity(name: string, what: string): Refusal {
  return new Refusal(`${visible(name)} is ${what}. Only regular files are taken; hand in the file itself.`);
}

/**
 * The bytes of root/name, or of root itself. What was opened is checked, not what the name said a moment before.
 * @throws Refusal on anything but a regular file inside of root, and on one larger than the cap
 */
export function readRegular(root: string, name: string, cap: number): Buffer {
  const path = name === "" ? root : join(root, name);
  const shown = name === "" ? path.split(sep).at(-1)! : name;
  const before = lstatSync(path);
  if (!before.isFile()) throw refuseOddity(shown, oddity(before));
  let file: number;
  try {
    file = openSync(path, FLAGS);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ELOOP") throw refuseOddity(shown, "a symbolic link");
    throw error;
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw refuseOddity(shown, oddity(stats));
    if (name !== "" && !isInside(realpathSync(root), whereIs(file, path)))
      throw refuseOddity(shown, "behind a symbolic link");
    if (stats.size > cap) throw tooLarge(visible(shown), stats.size, cap);
    return readAll(file, stats.size);
  } finally {
    closeSync(file);
  }
}

/** A file may grow while it is read: no more than it had. */
function readAll(file: number, size: number): Buffer {
  const buffer = Buffer.alloc(size);
  let filled = 0;
  while (filled < size) {
    const count = readSync(file, buffer, filled, size - filled, null);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}

/** Linux knows the true path of an open file; elsewhere the name is asked once more. */
function whereIs(file: number, path: string): string {
  return process.platform === "linux" ? readlinkSync(`/proc/self/fd/${file}`) : realpathSync(path);
}

const isInside = (root: string, path: string) => path.startsWith(root.endsWith(sep) ? root : root + sep);
