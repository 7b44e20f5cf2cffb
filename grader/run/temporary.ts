/** The temporary folder of one run. All that its processes put into the system's temporary folder lies in there. */
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { signal } from "../sandbox/processes.ts";
import { lives, parseIdentity, thisProcess } from "./process-identity.ts";

const PREFIX = "ringlab-run-";
const OWNER = "owner.json";

export interface Temporary {
  path: string;
  remove(): void;
}

/** Environment of a process whose temporary files are to lie there, on any system. */
export const temporaryVariables = (path: string) => ({ TMPDIR: path, TMP: path, TEMP: path });

export function temporaryFolder(parent = tmpdir()): Temporary {
  const path = mkdtempSync(join(parent, PREFIX));
  writeFileSync(join(path, OWNER), JSON.stringify(thisProcess()));
  // A sandbox of another user passes through; only this one lists it.
  chmodSync(path, 0o711);
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }) };
}

/** Removes the folders of runs of this user that were killed. What cannot be read or removed stays. */
export function sweepTemporary(parent = tmpdir()): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(PREFIX)) continue;
    try {
      sweep(join(parent, name));
    } catch {}
  }
}

/** A run that was killed before it signed its folder left it empty, ms ago. */
const UNSIGNED = 60_000;

function sweep(folder: string): void {
  const owner = join(folder, OWNER);
  if (!existsSync(owner)) {
    if (Date.now() - statSync(folder).mtimeMs > UNSIGNED) rmdirSync(folder);
  } else if (lives(parseIdentity(readFileSync(owner, "utf8"))) === false) {
    for (const pid of strandedSandboxes(folder)) signal(pid);
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * A bwrap that is killed just before it has given its child a user leaves that child waiting for ever. Nothing of a submission was
 * started by then. Its command line names the folder of its run, which no other process has.
 */
function strandedSandboxes(folder: string): number[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0");
        return basename(words[0] ?? "") === "bwrap" && words.some((word) => word.startsWith(`${folder}/`));
      } catch {
        return false;
      }
    })
    .map(Number);
}
